-- How much a customer used a feature on a day.
CREATE TABLE core.product_usage (
    customer_id VARCHAR NOT NULL,   -- key, with date and feature
    date DATE NOT NULL,             -- key, with customer_id and feature: the day
    feature VARCHAR NOT NULL,       -- key, with customer_id and date
    events INTEGER NOT NULL,        -- times used
    minutes DOUBLE,                 -- minutes used
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
