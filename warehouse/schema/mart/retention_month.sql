-- Every customer who was active as a calendar month (UTC) began, and whether they still were as it ended.
-- Active means an order in the 90 days before. Customers won within the month are in neither; own staff and forgotten
-- customers are left out, and so are months before the data covers 90 days.
CREATE TABLE mart.retention_month (
    month DATE NOT NULL,          -- key, with customer_id: first day of the month
    customer_id VARCHAR NOT NULL, -- key: customer who was active as the month began
    is_retained BOOLEAN NOT NULL, -- still active as the month ended: an order in the 90 days up to its last day
    is_complete BOOLEAN NOT NULL  -- the month had ended by the last day of data
);
INSERT INTO mart.retention_month BY NAME
WITH bought AS (
    SELECT customer_id, ordered_at::DATE AS day
    FROM core.orders SEMI JOIN (FROM core.customer WHERE NOT is_internal AND NOT is_deleted) USING (customer_id)
    WHERE status <> 'cancelled' AND NOT is_test AND ordered_at < getvariable('mart_as_of') + 1
    GROUP BY ALL
), bound AS (
    SELECT unnest(range(
        (SELECT date_trunc('month', min(day) + 89) + INTERVAL 1 MONTH FROM bought),
        getvariable('mart_as_of') + INTERVAL 1 DAY,
        INTERVAL 1 MONTH
    ))::DATE AS month
)
SELECT
    bound.month,
    b.customer_id,
    max(b.day) >= (bound.month + INTERVAL 1 MONTH)::DATE - 90 AS is_retained,
    last_day(bound.month) <= getvariable('mart_as_of') AS is_complete
FROM bound JOIN bought b ON b.day >= bound.month - 90 AND b.day < (bound.month + INTERVAL 1 MONTH)::DATE
GROUP BY bound.month, b.customer_id
HAVING min(b.day) < bound.month
ORDER BY bound.month, b.customer_id;
