-- Business deals in the sales pipeline.
CREATE TABLE core.opportunity (
    opportunity_id VARCHAR NOT NULL, -- key
    account_id VARCHAR NOT NULL,     -- company
    customer_id VARCHAR,             -- buying customer; NULL when none yet
    owner VARCHAR,                   -- sales person
    stage VARCHAR NOT NULL,          -- Qualification, Proposal, Negotiation, Won or Lost
    amount DECIMAL(18,2) NOT NULL,   -- expected or won value, EUR
    probability DOUBLE,              -- chance to win at this stage, 0 to 1
    opened_at TIMESTAMP NOT NULL,    -- opened, UTC
    expected_close DATE,             -- planned closing day
    closed_at TIMESTAMP,             -- won or lost, UTC; NULL while open
    is_won BOOLEAN,                  -- TRUE won, FALSE lost, NULL while open
    lost_reason VARCHAR,             -- why it was lost; NULL unless lost
    product_id VARCHAR,              -- main product asked for
    source_system VARCHAR NOT NULL,  -- system the row comes from
    source_id VARCHAR NOT NULL,      -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL   -- loaded into this table, UTC
);
