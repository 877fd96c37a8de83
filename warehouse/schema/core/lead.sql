-- People and companies that showed interest before buying, mostly business.
CREATE TABLE core.lead (
    lead_id VARCHAR NOT NULL,       -- key
    customer_id VARCHAR,            -- customer it became; NULL until then
    account_id VARCHAR,             -- company; NULL when unknown
    campaign_id VARCHAR,            -- campaign that brought it; NULL when none
    channel VARCHAR,                -- channel that brought it, e.g. Paid Search
    country_code VARCHAR,           -- ISO 3166-1 alpha-2
    status VARCHAR NOT NULL,        -- new, qualified, converted or disqualified
    score INTEGER,                  -- fit and interest, 0 to 100
    created_at TIMESTAMP NOT NULL,  -- first contact, UTC
    qualified_at TIMESTAMP,         -- accepted by sales, UTC; NULL when not
    converted_at TIMESTAMP,         -- became an opportunity, UTC; NULL when not
    opportunity_id VARCHAR,         -- opportunity it became; NULL when none
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
