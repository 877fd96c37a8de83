-- Online baskets with at least one item, at their latest state.
CREATE TABLE core.cart (
    cart_id VARCHAR NOT NULL,       -- key
    customer_id VARCHAR,            -- customer; NULL when not signed in
    session_id VARCHAR NOT NULL,    -- session in which the cart was filled
    created_at TIMESTAMP NOT NULL,  -- first item added, UTC
    last_activity_at TIMESTAMP,     -- last change, UTC
    status VARCHAR NOT NULL,        -- converted, abandoned (no order within 24 hours) or open
    order_id VARCHAR,               -- order it became; NULL unless converted
    items INTEGER,                  -- units in the cart
    value DECIMAL(18,2),            -- list value of the items, EUR, before discount, excl. tax and shipping
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
