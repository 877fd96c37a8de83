-- Companies that buy or might buy; business customers point here.
CREATE TABLE core.account (
    account_id VARCHAR NOT NULL,    -- key
    name VARCHAR,                   -- company name
    domain VARCHAR,                 -- web domain of the company
    industry VARCHAR,               -- branch of trade, e.g. Hospitality
    employee_count INTEGER,         -- people employed
    annual_revenue DECIMAL(18,2),   -- the company's own yearly turnover, EUR
    parent_account_id VARCHAR,      -- account_id of the group it belongs to; NULL when independent
    country_code VARCHAR,           -- ISO 3166-1 alpha-2
    owner VARCHAR,                  -- account manager on our side
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
