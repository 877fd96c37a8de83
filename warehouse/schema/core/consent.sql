-- Permissions given or withdrawn, one row per state and validity.
CREATE TABLE core.consent (
    customer_id VARCHAR NOT NULL,   -- customer
    purpose VARCHAR NOT NULL,       -- marketing or profiling
    channel VARCHAR NOT NULL,       -- email, sms or web
    valid_from TIMESTAMP NOT NULL,  -- state holds from, UTC, inclusive
    status VARCHAR NOT NULL,        -- granted, denied or withdrawn
    valid_to TIMESTAMP,             -- state held until, UTC, exclusive; NULL while it holds
    source VARCHAR,                 -- where it was given, e.g. checkout
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
