-- One row per mention, share or comment in a social network.
CREATE TABLE core.social_post (
    post_id VARCHAR NOT NULL,       -- key
    customer_id VARCHAR,            -- customer; NULL when not known
    network VARCHAR NOT NULL,       -- e.g. instagram
    handle VARCHAR,                 -- account that wrote it (personal data)
    type VARCHAR NOT NULL,          -- mention, comment or share
    text VARCHAR,                   -- what was written
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    reach INTEGER,                  -- people who may have seen it
    product_id VARCHAR,             -- product it is about; NULL when none
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
