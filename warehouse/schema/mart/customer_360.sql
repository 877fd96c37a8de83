-- One row per customer as they were at the end of as_of: who they are, what they bought, did and said, may be sent.
CREATE TABLE mart.customer_360 (
    as_of DATE NOT NULL,                  -- the day the row holds for, its whole length included
    customer_id VARCHAR NOT NULL,         -- key
    customer_type VARCHAR NOT NULL,       -- person or account
    segment VARCHAR,                      -- Consumer, Small Business or Enterprise
    full_name VARCHAR,                    -- display name (personal data)
    primary_email VARCHAR,                -- e-mail address (personal data)
    primary_phone VARCHAR,                -- phone number (personal data)
    birth_date DATE,                      -- date of birth (personal data)
    age BIGINT,                           -- completed years of life on as_of; NULL when the birth date is unknown
    gender VARCHAR,                       -- female, male or diverse
    income_band VARCHAR,                  -- yearly household income, EUR
    education VARCHAR,                    -- highest degree
    marital_status VARCHAR,               -- single, married, divorced or widowed
    home_ownership VARCHAR,               -- owner or renter
    household_size SMALLINT,              -- people in the household
    kids SMALLINT,                        -- children in the household
    job_title VARCHAR,                    -- occupation
    account_id VARCHAR,                   -- account of a business customer
    city VARCHAR,                         -- city of the main address
    region VARCHAR,                       -- part of the country
    country_code VARCHAR,                 -- ISO 3166-1 alpha-2
    country VARCHAR,                      -- country name in English
    area_type VARCHAR,                    -- urban, suburban or rural
    language VARCHAR,                     -- preferred language, ISO 639-1
    acquisition_channel VARCHAR,          -- channel that brought the customer
    acquisition_campaign_id VARCHAR,      -- campaign that brought the customer; NULL when none
    is_internal BOOLEAN NOT NULL,         -- own staff and test accounts; leave out of figures
    is_deleted BOOLEAN NOT NULL,          -- asked to be forgotten; personal data is blank
    first_seen_at TIMESTAMP,              -- first contact of any kind, UTC
    tenure_days BIGINT,                   -- days from the first contact to as_of
    orders_n BIGINT NOT NULL,             -- orders so far, without cancelled and test orders
    net_revenue DECIMAL(18,2) NOT NULL,   -- goods less discounts and refunds so far, EUR, excl. tax and shipping
    aov DECIMAL(18,2),                    -- net_revenue / orders_n, EUR; NULL without orders
    refunds_n BIGINT NOT NULL,            -- refunds so far
    refund_amount DECIMAL(18,2) NOT NULL, -- refunded so far, EUR
    first_order_at TIMESTAMP,             -- first order, UTC; NULL when never ordered
    last_order_at TIMESTAMP,              -- latest order, UTC
    last_order_channel VARCHAR,           -- where the latest order was placed: web, app, store, phone or marketplace
    recency_days BIGINT,                  -- days from the latest order to as_of
    top_category VARCHAR,                 -- product category with the highest net spend; NULL without any
    rfm_r TINYINT,                        -- recency score 1 to 5 among all buyers, 5 the latest; NULL without orders
    rfm_f TINYINT,                        -- frequency score 1 to 5
    rfm_m TINYINT,                        -- monetary score 1 to 5
    rfm_segment VARCHAR,                  -- Champions, Loyal, At risk, ...: see mart.rfm_snapshot
    sessions_30d BIGINT NOT NULL,         -- signed-in visits in the 30 days up to as_of
    sessions_90d BIGINT NOT NULL,         -- signed-in visits in the 90 days up to as_of
    sessions_365d BIGINT NOT NULL,        -- signed-in visits in the 365 days up to as_of
    last_visit_at TIMESTAMP,              -- latest signed-in visit, UTC
    last_channel VARCHAR,                 -- marketing channel of the latest signed-in visit
    tickets_90d BIGINT NOT NULL,          -- support tickets opened in the 90 days up to as_of
    open_tickets BIGINT NOT NULL,         -- support tickets not solved by as_of
    avg_csat DOUBLE,                      -- mean satisfaction of all answers so far, brought to 1 to 5; NULL without any
    last_nps INTEGER,                     -- latest recommendation score, 0 to 10; NULL without any
    email_click_rate_90d DOUBLE,          -- messages clicked / delivered of those delivered in the 90 days; NULL when none
    loyalty_since TIMESTAMP,              -- joined the loyalty programme, UTC; NULL when not a member
    loyalty_points BIGINT,                -- points at hand; NULL when not a member
    loyalty_tier VARCHAR,                 -- tier; NULL when not a member, and on days before the last day of data
    is_subscriber BOOLEAN NOT NULL,       -- has a subscription that runs
    mrr DECIMAL(18,2) NOT NULL,           -- monthly recurring revenue, EUR
    consent_email BOOLEAN,                -- marketing by e-mail: TRUE granted, FALSE denied or withdrawn, NULL never asked
    consent_sms BOOLEAN,                  -- marketing by text message, likewise
    consent_profiling BOOLEAN             -- profiling, likewise
);
INSERT INTO mart.customer_360 BY NAME FROM customer_360_at(getvariable('mart_as_of')) ORDER BY customer_id;
