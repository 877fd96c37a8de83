-- Surveys sent; score is NULL when nobody answered.
CREATE TABLE core.survey_response (
    response_id VARCHAR NOT NULL,   -- key
    customer_id VARCHAR NOT NULL,   -- customer asked
    type VARCHAR NOT NULL,          -- csat or nps
    score INTEGER,                  -- answer; NULL when there was none
    scale_min INTEGER NOT NULL,     -- lowest possible score: csat 1, nps 0
    scale_max INTEGER NOT NULL,     -- highest possible score: csat 5, nps 10
    question VARCHAR NOT NULL,      -- question asked
    verbatim VARCHAR,               -- free text; NULL when none
    sent_at TIMESTAMP NOT NULL,     -- sent, UTC
    responded_at TIMESTAMP,         -- answered, UTC; NULL when never
    ticket_id VARCHAR,              -- ticket it is about; NULL when none
    order_id VARCHAR,               -- order it is about; NULL when none
    wave VARCHAR,                   -- survey wave of a relational NPS, e.g. 2026-Q1; NULL otherwise
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
