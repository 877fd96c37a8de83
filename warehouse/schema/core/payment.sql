-- One row per payment received.
CREATE TABLE core.payment (
    payment_id VARCHAR NOT NULL,    -- key
    order_id VARCHAR NOT NULL,      -- order
    method VARCHAR NOT NULL,        -- card, paypal, invoice, wallet, gift card or cash
    instalments INTEGER NOT NULL,   -- number of instalments, 1 when paid at once
    amount DECIMAL(18,2) NOT NULL,  -- amount paid, EUR, incl. tax and shipping
    paid_at TIMESTAMP NOT NULL,     -- time, UTC
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
