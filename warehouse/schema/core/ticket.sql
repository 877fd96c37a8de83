-- Requests to customer service.
CREATE TABLE core.ticket (
    ticket_id VARCHAR NOT NULL,      -- key
    customer_id VARCHAR,             -- customer; NULL when unknown
    order_id VARCHAR,                -- order it is about; NULL when none
    product_id VARCHAR,              -- product it is about; NULL when none
    agent_id VARCHAR,                -- agent in charge; NULL while unassigned
    channel VARCHAR NOT NULL,        -- email, chat, phone, web form or social
    topic VARCHAR NOT NULL,          -- delivery, returns, product quality, payment, account, subscription or other
    priority VARCHAR NOT NULL,       -- low, normal, high or urgent
    status VARCHAR NOT NULL,         -- open, pending or solved
    created_at TIMESTAMP NOT NULL,   -- created, UTC
    first_reply_at TIMESTAMP,        -- first public reply, UTC; NULL while none
    solved_at TIMESTAMP,             -- solved, UTC; NULL while not
    reopened_count INTEGER NOT NULL, -- times reopened
    replies INTEGER NOT NULL,        -- public replies by agents
    handle_minutes DOUBLE,           -- working time of agents, minutes
    csat_score INTEGER,              -- latest score given, 1 to 5; NULL when none
    sla_breached BOOLEAN NOT NULL,   -- first reply later than promised: urgent 2 h, high 6 h, normal 24 h, low 48 h
    subject VARCHAR,                 -- headline
    body VARCHAR,                    -- text of the request
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
