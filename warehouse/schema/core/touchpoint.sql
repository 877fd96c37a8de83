-- Marketing contacts on the way to a first order, and ways that led nowhere.
CREATE TABLE core.touchpoint (
    touch_id VARCHAR NOT NULL,      -- key
    customer_id VARCHAR,            -- customer; NULL while anonymous
    anonymous_id VARCHAR NOT NULL,  -- visitor id; one per path
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    channel VARCHAR NOT NULL,       -- Paid Search, Organic Search, Direct, Email, ...
    campaign_id VARCHAR,            -- campaign; NULL when none
    message_id VARCHAR,             -- e-mail message; NULL when none
    type VARCHAR NOT NULL,          -- impression, click, visit, email, call or store
    cost DECIMAL(18,2) NOT NULL,    -- cost of this contact, EUR; 0 when free
    session_id VARCHAR,             -- session it opened; NULL when none
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
