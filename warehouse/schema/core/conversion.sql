-- One row per goal reached.
CREATE TABLE core.conversion (
    conversion_id VARCHAR NOT NULL, -- key
    customer_id VARCHAR,            -- customer; NULL when not known
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    type VARCHAR NOT NULL,          -- order, lead or signup
    order_id VARCHAR,               -- order; NULL unless type is order
    value DECIMAL(18,2),            -- money it brought; NULL when none
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
