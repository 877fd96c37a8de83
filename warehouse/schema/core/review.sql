-- Product reviews.
CREATE TABLE core.review (
    review_id VARCHAR NOT NULL,     -- key
    customer_id VARCHAR NOT NULL,   -- author
    product_id VARCHAR NOT NULL,    -- product
    rating INTEGER NOT NULL,        -- 1 (worst) to 5 (best) stars
    title VARCHAR,                  -- headline
    body VARCHAR,                   -- text
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
