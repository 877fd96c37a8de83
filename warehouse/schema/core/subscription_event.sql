-- What happened to subscriptions; mrr_delta sums to the current mrr.
CREATE TABLE core.subscription_event (
    id VARCHAR NOT NULL,              -- key
    subscription_id VARCHAR NOT NULL, -- subscription
    type VARCHAR NOT NULL,            -- new, renewal, expansion, contraction, churn or reactivation
    mrr_delta DECIMAL(18,2) NOT NULL, -- change of monthly recurring revenue, EUR; 0 for a renewal
    "at" TIMESTAMP NOT NULL,          -- time, UTC
    source_system VARCHAR NOT NULL,   -- system the row comes from
    source_id VARCHAR NOT NULL,       -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL    -- loaded into this table, UTC
);
