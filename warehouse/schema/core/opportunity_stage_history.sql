-- Every change of stage of an opportunity.
CREATE TABLE core.opportunity_stage_history (
    id VARCHAR NOT NULL,             -- key
    opportunity_id VARCHAR NOT NULL, -- opportunity
    from_stage VARCHAR,              -- stage left; NULL at opening
    to_stage VARCHAR NOT NULL,       -- stage entered
    "at" TIMESTAMP NOT NULL,         -- time, UTC
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
