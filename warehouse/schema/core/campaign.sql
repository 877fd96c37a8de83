-- Marketing campaigns; one per channel, country and half year, newsletters and promotions apart.
CREATE TABLE core.campaign (
    campaign_id VARCHAR NOT NULL,   -- key
    name VARCHAR,                   -- name shown to people
    channel VARCHAR,                -- Paid Search, Paid Social, Display, Affiliates or Email
    objective VARCHAR,              -- acquisition, retention or brand
    message VARCHAR,                -- what it says
    offer VARCHAR,                  -- incentive given; NULL when none
    start_date DATE,                -- first day
    end_date DATE,                  -- last day, inclusive; may lie in the future
    budget DECIMAL(18,2),           -- planned cost over the whole campaign, EUR
    target VARCHAR,                 -- audience aimed at
    country_code VARCHAR,           -- ISO 3166-1 alpha-2; NULL when it runs in all countries
    country VARCHAR,                -- country name; NULL when it runs in all countries
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
