-- One row per product in a cart.
CREATE TABLE core.cart_item (
    cart_item_id VARCHAR NOT NULL,  -- key
    cart_id VARCHAR NOT NULL,       -- cart
    product_id VARCHAR NOT NULL,    -- product
    quantity INTEGER NOT NULL,      -- units
    unit_price DECIMAL(18,2),       -- price of one unit, before discount, excl. tax
    added_at TIMESTAMP,             -- put into the cart, UTC
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
