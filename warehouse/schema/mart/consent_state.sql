-- The permission in force at the end of as_of: one row per customer, purpose and channel; none where never asked.
CREATE TABLE mart.consent_state (
    as_of DATE NOT NULL,          -- the day the row holds for
    customer_id VARCHAR NOT NULL, -- key, with purpose and channel
    purpose VARCHAR NOT NULL,     -- key: marketing or profiling
    channel VARCHAR NOT NULL,     -- key: email, sms or web
    status VARCHAR NOT NULL,      -- granted, denied or withdrawn
    since TIMESTAMP NOT NULL,     -- in force from, UTC
    source VARCHAR                -- where it was given, e.g. checkout
);
INSERT INTO mart.consent_state BY NAME
FROM consent_at(getvariable('mart_as_of')) ORDER BY customer_id, purpose, channel;
