-- Money given back for goods, one row per refunded order line.
CREATE TABLE core.refund (
    refund_id VARCHAR NOT NULL,     -- key
    order_id VARCHAR NOT NULL,      -- order
    order_item_id VARCHAR NOT NULL, -- order line
    quantity INTEGER NOT NULL,      -- units given back
    amount DECIMAL(18,2) NOT NULL,  -- money given back, EUR, excl. tax and shipping
    reason VARCHAR NOT NULL,        -- e.g. defective, wrong size, changed mind
    refunded_at TIMESTAMP NOT NULL, -- time, UTC; often in a later month than the order
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
