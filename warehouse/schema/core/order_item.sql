-- One row per product in an order; net_amount sums to the order's.
CREATE TABLE core.order_item (
    order_item_id VARCHAR NOT NULL,         -- key
    order_id VARCHAR NOT NULL,              -- order
    line_no INTEGER NOT NULL,               -- 1 for the first line
    product_id VARCHAR NOT NULL,            -- product
    quantity INTEGER NOT NULL,              -- units
    unit_price DECIMAL(18,2) NOT NULL,      -- price of one unit, EUR, before discount, excl. tax
    discount_amount DECIMAL(18,2) NOT NULL, -- discount on the line, EUR
    refund_amount DECIMAL(18,2) NOT NULL,   -- refunded so far on the line, EUR
    net_amount DECIMAL(18,2) NOT NULL,      -- quantity * unit_price - discount - refund, EUR
    unit_cost DECIMAL(18,2) NOT NULL,       -- purchase cost of one unit, EUR
    source_system VARCHAR NOT NULL,         -- system the row comes from
    source_id VARCHAR NOT NULL,             -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL          -- loaded into this table, UTC
);
