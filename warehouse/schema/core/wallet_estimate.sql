-- What a customer is thought to spend in a category with everyone.
CREATE TABLE core.wallet_estimate (
    customer_id VARCHAR NOT NULL,     -- key, with category and period
    category VARCHAR NOT NULL,        -- key, with customer_id and period
    period DATE NOT NULL,             -- key, with customer_id and category: first day of the period
    est_spend DECIMAL(18,2) NOT NULL, -- money spent with all sellers
    method VARCHAR NOT NULL,          -- survey, panel or model
    source_system VARCHAR NOT NULL,   -- system the row comes from
    source_id VARCHAR NOT NULL,       -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL    -- loaded into this table, UTC
);
