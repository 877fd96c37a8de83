-- One row per message in a ticket or chat.
CREATE TABLE core.ticket_message (
    message_id VARCHAR NOT NULL,    -- key
    ticket_id VARCHAR NOT NULL,     -- ticket
    author VARCHAR NOT NULL,        -- customer, agent or system
    agent_id VARCHAR,               -- agent who wrote it; NULL unless author is agent
    "at" TIMESTAMP NOT NULL,        -- time, UTC
    is_public BOOLEAN,              -- whether the customer can read it
    body VARCHAR,                   -- text (personal data)
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
