-- People who answer tickets.
CREATE TABLE core.agent (
    agent_id VARCHAR NOT NULL,      -- key
    name VARCHAR,                   -- full name
    team VARCHAR,                   -- Frontline, Specialists or Business desk
    cost_per_hour DECIMAL(18,2),    -- fully loaded labour cost, EUR per hour
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
