-- One row per resolved customer: people and business buyers.
CREATE TABLE core.customer (
    customer_id VARCHAR NOT NULL,    -- key
    customer_type VARCHAR NOT NULL,  -- person or account
    segment VARCHAR NOT NULL,        -- Consumer, Small Business or Enterprise
    first_name VARCHAR,              -- given name (personal data); NULL for accounts
    last_name VARCHAR,               -- family name (personal data); NULL for accounts
    full_name VARCHAR,               -- display name (personal data); the company's name for accounts
    primary_email VARCHAR,           -- e-mail address (personal data)
    primary_phone VARCHAR,           -- phone number (personal data)
    birth_date DATE,                 -- date of birth; NULL when unknown and for accounts
    gender VARCHAR,                  -- female, male or diverse; NULL when unknown and for accounts
    income_band VARCHAR,             -- yearly household income: under 25k, 25k-50k, 50k-75k, 75k-100k, over 100k (EUR); NULL when unknown
    education VARCHAR,               -- highest degree: school, vocational, bachelor, master or doctorate
    marital_status VARCHAR,          -- single, married, divorced or widowed
    home_ownership VARCHAR,          -- owner or renter
    household_size SMALLINT,         -- people in the household
    kids SMALLINT,                   -- children in the household
    job_title VARCHAR,               -- occupation
    account_id VARCHAR,              -- account of a business customer; NULL for people
    city VARCHAR,                    -- city of the main address
    region VARCHAR,                  -- part of the country: North, South, East, West or Central; NULL when unknown
    country_code VARCHAR NOT NULL,   -- ISO 3166-1 alpha-2
    country VARCHAR NOT NULL,        -- country name in English
    postal_code VARCHAR,             -- postal code
    area_type VARCHAR,               -- urban, suburban or rural
    lat DOUBLE,                      -- latitude of the main address, degrees
    lon DOUBLE,                      -- longitude of the main address, degrees
    language VARCHAR,                -- preferred language, ISO 639-1
    acquisition_channel VARCHAR,     -- channel that brought the customer: Paid Search, Organic Search, Direct, ...
    acquisition_campaign_id VARCHAR, -- campaign that brought the customer; NULL when none
    first_seen_at TIMESTAMP,         -- first contact of any kind, UTC
    first_order_at TIMESTAMP,        -- first order that was not cancelled, UTC; NULL when never ordered
    last_order_at TIMESTAMP,         -- latest order that was not cancelled, UTC; NULL when never ordered
    last_seen_at TIMESTAMP,          -- latest visit or order, UTC
    is_internal BOOLEAN NOT NULL,    -- own staff and test accounts
    is_deleted BOOLEAN NOT NULL,     -- asked to be forgotten; personal data is blank
    profile_confidence DOUBLE,       -- how sure the identity is, 0 to 1
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
