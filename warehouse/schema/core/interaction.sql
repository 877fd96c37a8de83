-- One row per contact that staff noted: meetings, calls, interviews.
CREATE TABLE core.interaction (
    interaction_id VARCHAR NOT NULL, -- key
    customer_id VARCHAR,             -- customer; NULL when not known
    account_id VARCHAR,              -- account; NULL for people
    opportunity_id VARCHAR,          -- opportunity; NULL when none
    type VARCHAR NOT NULL,           -- meeting, call, note or interview
    owner VARCHAR,                   -- who noted it
    "at" TIMESTAMP NOT NULL,         -- time, UTC
    note VARCHAR,                    -- what was said or agreed (personal data)
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
