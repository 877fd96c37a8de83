-- Which customer belongs to which household.
CREATE TABLE core.household_member (
    household_id VARCHAR NOT NULL,  -- household
    customer_id VARCHAR NOT NULL,   -- customer
    source_system VARCHAR NOT NULL, -- identity
    source_id VARCHAR NOT NULL,     -- key of the row
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
