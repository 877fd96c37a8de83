-- One row per thing that happened on the site or in the app.
CREATE TABLE core.event (
    event_id VARCHAR NOT NULL,      -- key
    session_id VARCHAR,             -- session; NULL when it is not known
    customer_id VARCHAR,            -- customer; NULL when not signed in
    anonymous_id VARCHAR,           -- device-level visitor id
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    name VARCHAR NOT NULL,          -- e.g. product_viewed, product_added, checkout_started
    platform VARCHAR,               -- web, ios or android
    product_id VARCHAR,             -- product it is about; NULL when none
    url VARCHAR,                    -- page or screen
    value DECIMAL(18,2),            -- money it stands for; NULL when none
    properties JSON,                -- everything else, as sent
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
