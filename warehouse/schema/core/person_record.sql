-- One row per person in one source system, as that system knows them, before records of one customer are joined.
CREATE TABLE core.person_record (
    record_id VARCHAR NOT NULL,     -- key: the person's id in the source system
    first_name VARCHAR,             -- given name (personal data)
    last_name VARCHAR,              -- family name (personal data)
    email VARCHAR,                  -- e-mail address as written (personal data)
    phone VARCHAR,                  -- phone number as written (personal data)
    street VARCHAR,                 -- street and house number (personal data)
    city VARCHAR,                   -- city
    postal_code VARCHAR,            -- postal code
    country_code VARCHAR,           -- ISO 3166-1 alpha-2
    birth_date DATE,                -- date of birth (personal data)
    gender VARCHAR,                 -- female, male or diverse; NULL when unknown
    national_id VARCHAR,            -- a number that a person gives and may mistype (personal data)
    crm_id VARCHAR,                 -- id in the CRM, as carried by this system
    shop_id VARCHAR,                -- id in the shop, as carried by this system
    loyalty_no VARCHAR,             -- loyalty number, as carried by this system
    device_id VARCHAR,              -- device that the record was seen on
    cookie_id VARCHAR,              -- cookie that the record was seen with
    social_handle VARCHAR,          -- handle in a social network
    account_id VARCHAR,             -- account (company) that the record belongs to
    created_at TIMESTAMP,           -- first seen, UTC
    updated_at TIMESTAMP,           -- last changed, UTC
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
