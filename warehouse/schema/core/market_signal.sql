-- One row per signal from outside: intent, competitors, the market.
CREATE TABLE core.market_signal (
    signal_id VARCHAR NOT NULL,     -- key
    subject VARCHAR NOT NULL,       -- customer, account, product or market it is about
    kind VARCHAR NOT NULL,          -- intent, competitor or market
    value VARCHAR NOT NULL,         -- the signal
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    source VARCHAR,                 -- who reports it
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
