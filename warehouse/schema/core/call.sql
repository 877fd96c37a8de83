-- One row per phone call with the contact centre.
CREATE TABLE core.call (
    call_id VARCHAR NOT NULL,       -- key
    ticket_id VARCHAR,              -- ticket it belongs to; NULL when none
    customer_id VARCHAR,            -- caller; NULL when not known
    agent_id VARCHAR,               -- agent; NULL when nobody took it
    started_at TIMESTAMP NOT NULL,  -- time the call came in, UTC
    duration_s INTEGER,             -- seconds spoken
    wait_s INTEGER,                 -- seconds until an agent took it
    transcript VARCHAR,             -- what was said (personal data)
    recording_uri VARCHAR,          -- where the recording lies
    talk_ratio DOUBLE,              -- share of the time that the agent spoke, 0 to 1
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
