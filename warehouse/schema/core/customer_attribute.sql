-- What else is known or thought of a customer, one row per attribute and validity.
CREATE TABLE core.customer_attribute (
    customer_id VARCHAR NOT NULL,   -- key, with attribute and valid_from
    attribute VARCHAR NOT NULL,     -- key, with customer_id and valid_from: e.g. persona
    valid_from TIMESTAMP NOT NULL,  -- key, with customer_id and attribute: holds from, UTC, inclusive
    value VARCHAR NOT NULL,         -- the value as text
    valid_to TIMESTAMP,             -- holds until, UTC, exclusive; NULL while it holds
    kind VARCHAR NOT NULL,          -- psychographic, attitudinal, third_party, firmographic or persona
    confidence DOUBLE,              -- how sure it is, 0 to 1
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
