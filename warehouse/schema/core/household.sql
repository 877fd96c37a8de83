-- Customers who live together: one address, and a family name or phone number in common.
CREATE TABLE core.household (
    household_id VARCHAR NOT NULL,  -- key
    members INTEGER NOT NULL,       -- customers in it
    source_system VARCHAR NOT NULL, -- identity
    source_id VARCHAR NOT NULL,     -- key of the household
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
