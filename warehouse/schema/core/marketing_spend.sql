-- What marketing cost, per campaign and day.
CREATE TABLE core.marketing_spend (
    campaign_id VARCHAR NOT NULL,   -- campaign
    date DATE NOT NULL,             -- day of the cost
    channel VARCHAR NOT NULL,       -- channel, same as the campaign's
    purpose VARCHAR NOT NULL,       -- acquisition, retention or brand
    impressions BIGINT,             -- times shown
    clicks BIGINT,                  -- times clicked
    cost DECIMAL(18,2) NOT NULL,    -- cost, EUR
    currency VARCHAR NOT NULL,      -- EUR
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
