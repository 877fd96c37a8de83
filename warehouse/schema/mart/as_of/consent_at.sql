-- The permission that held at the end of a day: one row per customer, purpose and channel ever asked by then.
-- A permission that ended with nothing in its place is no permission and no refusal: it has no row.
CREATE OR REPLACE TEMP MACRO consent_at(last_day) AS TABLE
WITH latest AS (
    SELECT customer_id, purpose, channel, status, valid_from, valid_to, source
    FROM core.consent
    WHERE valid_from < last_day + 1
    QUALIFY row_number() OVER (PARTITION BY customer_id, purpose, channel ORDER BY valid_from DESC, status DESC) = 1
)
SELECT last_day AS as_of, customer_id, purpose, channel, status, valid_from AS since, source
FROM latest
WHERE valid_to IS NULL OR valid_to >= last_day + 1;
