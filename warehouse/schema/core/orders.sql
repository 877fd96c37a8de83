-- One row per order; net_amount = gross_amount - discount_amount - refund_amount, excl. tax and shipping.
CREATE TABLE core.orders (
    order_id VARCHAR NOT NULL,              -- key
    customer_id VARCHAR,                    -- customer; NULL for guests and unknown shoppers in stores
    ordered_at TIMESTAMP NOT NULL,          -- time of the order, UTC
    status VARCHAR NOT NULL,                -- completed, pending, cancelled or refunded (all of it given back)
    channel VARCHAR NOT NULL,               -- web, app, store, phone or marketplace
    store_id VARCHAR,                       -- store; NULL unless channel is store
    currency VARCHAR NOT NULL,              -- EUR
    gross_amount DECIMAL(18,2) NOT NULL,    -- goods at unit price, EUR, before discount, excl. tax and shipping
    discount_amount DECIMAL(18,2) NOT NULL, -- discount on goods, EUR
    tax_amount DECIMAL(18,2) NOT NULL,      -- value added tax charged, EUR
    shipping_amount DECIMAL(18,2) NOT NULL, -- shipping charged to the customer, EUR, excl. tax
    refund_amount DECIMAL(18,2) NOT NULL,   -- goods refunded so far, EUR, excl. tax; sum of refund.amount
    net_amount DECIMAL(18,2) NOT NULL,      -- gross - discount - refund, EUR
    shipping_cost DECIMAL(18,2),            -- what shipping cost us, EUR
    payment_fee DECIMAL(18,2),              -- what the payment cost us, EUR
    coupon_code VARCHAR,                    -- coupon used; NULL when none
    cart_id VARCHAR,                        -- cart it came from; NULL outside web and app
    session_id VARCHAR,                     -- session it came from; NULL outside web and app
    campaign_id VARCHAR,                    -- campaign of that session; NULL when none
    order_seq INTEGER,                      -- 1 for the customer's first order not cancelled, 2 for the next; NULL when cancelled or customer unknown
    is_first_order BOOLEAN,                 -- order_seq = 1; NULL when cancelled or customer unknown
    is_test BOOLEAN NOT NULL,               -- placed by own staff to test; leave out of figures
    source_system VARCHAR NOT NULL,         -- system the row comes from
    source_id VARCHAR NOT NULL,             -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL          -- loaded into this table, UTC
);
