-- Every id, address and number that a customer is known by, one row per source system that knows it.
CREATE TABLE core.customer_identity (
    identity_id VARCHAR NOT NULL,   -- key
    customer_id VARCHAR,            -- customer; NULL for a device or cookie that no one has signed in with
    id_type VARCHAR NOT NULL,       -- email, phone, crm_id, shop_id, loyalty_no, device_id, cookie_id or social_handle
    id_value VARCHAR NOT NULL,      -- as written (personal data)
    id_value_norm VARCHAR NOT NULL, -- in one written form (personal data)
    first_seen_at TIMESTAMP,        -- first seen with the customer, UTC
    last_seen_at TIMESTAMP,         -- last seen with the customer, UTC
    match_method VARCHAR,           -- how the record that carries it was attached: exact, probabilistic or manual
    match_probability DOUBLE,       -- how sure that is, 0 to 1
    is_active BOOLEAN NOT NULL,     -- false when too many people share it to tell who someone is
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the record in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
