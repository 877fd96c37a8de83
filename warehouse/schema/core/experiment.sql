-- One row per test of variants.
CREATE TABLE core.experiment (
    experiment_id VARCHAR NOT NULL, -- key
    name VARCHAR NOT NULL,          -- short name
    hypothesis VARCHAR,             -- what is expected, in one sentence
    metric VARCHAR,                 -- metric that decides
    started_at TIMESTAMP NOT NULL,  -- first assignment, UTC
    ended_at TIMESTAMP,             -- last assignment, UTC; NULL while it runs
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
