-- One row per survey that was sent out.
CREATE TABLE core.survey (
    survey_id VARCHAR NOT NULL,     -- key
    name VARCHAR NOT NULL,          -- short name
    type VARCHAR NOT NULL,          -- csat, nps, ces, attitude or market
    wave VARCHAR,                   -- round of a survey that is repeated
    started_at TIMESTAMP,           -- first invitation, UTC
    invited INTEGER,                -- people invited
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
