-- Memberships and replenishment plans, at their latest state.
CREATE TABLE core.subscription (
    subscription_id VARCHAR NOT NULL, -- key
    customer_id VARCHAR NOT NULL,     -- subscriber
    account_id VARCHAR,               -- account of a business subscriber; NULL for people
    plan VARCHAR NOT NULL,            -- Basic, Plus or Pro
    status VARCHAR NOT NULL,          -- active or cancelled
    started_at TIMESTAMP NOT NULL,    -- first day, UTC
    term_start DATE NOT NULL,         -- current (or last) term, first day
    term_end DATE NOT NULL,           -- current (or last) term, day of renewal
    cancelled_at TIMESTAMP,           -- end of a cancelled subscription, UTC; NULL while active
    cancel_reason VARCHAR,            -- why it was cancelled; NULL while active
    mrr DECIMAL(18,2) NOT NULL,       -- monthly recurring revenue, EUR; 0 once cancelled
    source_system VARCHAR NOT NULL,   -- system the row comes from
    source_id VARCHAR NOT NULL,       -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL    -- loaded into this table, UTC
);
