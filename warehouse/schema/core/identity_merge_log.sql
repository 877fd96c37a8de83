-- Customer ids that are no more, and the customer that they became.
CREATE TABLE core.identity_merge_log (
    merge_id VARCHAR NOT NULL,         -- key
    from_customer_id VARCHAR NOT NULL, -- id that was retired
    to_customer_id VARCHAR NOT NULL,   -- id that goes on
    "at" TIMESTAMP NOT NULL,           -- when, UTC
    reason VARCHAR NOT NULL,           -- matched, or the decision of a person
    undone_at TIMESTAMP,               -- when the retired id came back, UTC; NULL while it is retired
    source_system VARCHAR NOT NULL,    -- identity
    source_id VARCHAR NOT NULL,        -- key of the merge
    ingested_at TIMESTAMP NOT NULL     -- loaded into this table, UTC
);
