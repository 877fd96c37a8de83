-- What changed in what is known of a customer from one build to the next: moves, new names, other segments.
CREATE TABLE core.customer_change (
    customer_id VARCHAR NOT NULL,   -- key, with attribute and changed_at
    attribute VARCHAR NOT NULL,     -- key, with customer_id and changed_at: column of core.customer
    changed_at TIMESTAMP NOT NULL,  -- key, with customer_id and attribute: build that first saw the new value, UTC
    old_value VARCHAR,              -- value before as text; NULL when there was none (personal data)
    new_value VARCHAR,              -- value since as text; NULL when it is gone (personal data)
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
