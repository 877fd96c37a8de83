-- Visits to the web shop and the app, split after 30 minutes without activity.
CREATE TABLE core.session (
    session_id VARCHAR NOT NULL,      -- key
    customer_id VARCHAR,              -- customer; NULL when not signed in
    anonymous_id VARCHAR NOT NULL,    -- device-level visitor id
    started_at TIMESTAMP NOT NULL,    -- first hit, UTC
    ended_at TIMESTAMP NOT NULL,      -- last hit, UTC
    device VARCHAR NOT NULL,          -- mobile, desktop or tablet
    os VARCHAR NOT NULL,              -- iOS, Android, Windows, macOS or Linux
    browser VARCHAR,                  -- Safari, Chrome, Firefox, Edge or App
    city VARCHAR,                     -- city of the visitor; NULL when unknown
    country_code VARCHAR,             -- ISO 3166-1 alpha-2
    landing_page VARCHAR,             -- first page
    exit_page VARCHAR,                -- last page
    referrer VARCHAR,                 -- site that linked; NULL when direct
    utm_source VARCHAR,               -- tagged source; NULL when untagged
    utm_medium VARCHAR,               -- tagged medium; NULL when untagged
    utm_campaign VARCHAR,             -- campaign_id tagged on the link; NULL when none
    utm_content VARCHAR,              -- creative tagged on the link; NULL when none
    channel_group VARCHAR NOT NULL,   -- Paid Search, Organic Search, Direct, Email, ...
    page_views INTEGER NOT NULL,      -- pages seen
    engaged_seconds INTEGER NOT NULL, -- seconds with the page in view
    is_bounce BOOLEAN NOT NULL,       -- one page and not engaged
    is_engaged BOOLEAN NOT NULL,      -- two pages or more, or 10 seconds and more
    is_bot BOOLEAN NOT NULL,          -- a machine; leave out of figures
    platform VARCHAR NOT NULL,        -- web, or ios and android for the app
    source_system VARCHAR NOT NULL,   -- system the row comes from
    source_id VARCHAR NOT NULL,       -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL    -- loaded into this table, UTC
);
