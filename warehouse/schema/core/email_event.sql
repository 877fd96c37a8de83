-- What happened to each e-mail sent by a campaign.
CREATE TABLE core.email_event (
    id VARCHAR NOT NULL,            -- key
    customer_id VARCHAR NOT NULL,   -- receiver
    campaign_id VARCHAR NOT NULL,   -- campaign it belongs to
    message_id VARCHAR NOT NULL,    -- one per e-mail sent
    type VARCHAR NOT NULL,          -- sent, delivered, open, click, bounce_hard, bounce_soft, unsubscribe or complaint
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    url VARCHAR,                    -- link clicked; NULL unless click
    is_machine_open BOOLEAN,        -- opened by a mail program's prefetch; NULL unless open
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
