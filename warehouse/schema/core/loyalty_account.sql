-- Members of the loyalty programme.
CREATE TABLE core.loyalty_account (
    loyalty_id VARCHAR NOT NULL,     -- key
    customer_id VARCHAR NOT NULL,    -- member
    programme VARCHAR,               -- name of the programme
    tier VARCHAR NOT NULL,           -- Bronze, Silver, Gold or Platinum
    enrolled_at TIMESTAMP NOT NULL,  -- joined, UTC
    points_balance INTEGER NOT NULL, -- points at hand: earned less redeemed and expired
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
