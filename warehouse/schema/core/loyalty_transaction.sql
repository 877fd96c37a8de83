-- Points earned, redeemed and expired.
CREATE TABLE core.loyalty_transaction (
    id VARCHAR NOT NULL,            -- key
    loyalty_id VARCHAR NOT NULL,    -- member's account
    type VARCHAR NOT NULL,          -- earn, redeem, expire or adjust
    points INTEGER NOT NULL,        -- points, signed: earn is positive, redeem and expire are negative
    value DECIMAL(18,2),            -- money value of the points, EUR, same sign
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    order_id VARCHAR,               -- order that earned or used them; NULL when none
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
