-- Every subscription that ran at the start of a calendar month (UTC), and what became of it by the month's end.
-- What began within the month is not in it: churn, contraction and expansion are all of what was there at the start.
CREATE TABLE mart.subscription_month (
    month DATE NOT NULL,              -- key, with subscription_id: first day of the month
    subscription_id VARCHAR NOT NULL, -- key: subscription that ran as the month began
    customer_id VARCHAR,              -- its customer
    plan VARCHAR,                     -- its plan as known now
    mrr_start DECIMAL(18,2) NOT NULL, -- monthly recurring revenue as the month began, EUR
    mrr_end DECIMAL(18,2) NOT NULL,   -- as it ended, EUR; 0 when it did not run any more
    is_lost BOOLEAN NOT NULL,         -- did not run as the month ended
    is_customer BOOLEAN NOT NULL,     -- one row for each customer and month: the dearest of the customer's subscriptions
    is_customer_lost BOOLEAN NOT NULL, -- such a row of a customer without any running subscription as the month ended
    is_complete BOOLEAN NOT NULL      -- the month had ended by the last day of data
);
INSERT INTO mart.subscription_month BY NAME
WITH bound AS (
    SELECT unnest(range(
        (SELECT date_trunc('month', min("at")) FROM core.subscription_event)::TIMESTAMP,
        date_trunc('month', getvariable('mart_as_of')) + INTERVAL 2 MONTH,
        INTERVAL 1 MONTH
    ))::DATE AS day
), running AS (
    SELECT bound.day, e.subscription_id, sum(e.mrr_delta) AS mrr
    FROM bound JOIN core.subscription_event e ON e."at" < bound.day AND e."at" < getvariable('mart_as_of') + 1
    GROUP BY bound.day, e.subscription_id
    HAVING arg_max(e.type, e."at") <> 'churn'
), began AS (
    SELECT r.day AS month, r.subscription_id, s.customer_id, s.plan, r.mrr AS mrr_start,
        (r.day + INTERVAL 1 MONTH)::DATE AS next_month
    FROM running r JOIN core.subscription s USING (subscription_id)
    WHERE r.day <= getvariable('mart_as_of') + 1 -- what ran as the last month ended is known on its last day
), kept AS (
    SELECT DISTINCT r.day, s.customer_id FROM running r JOIN core.subscription s USING (subscription_id)
)
SELECT
    b.month, b.subscription_id, b.customer_id, b.plan, b.mrr_start,
    coalesce(e.mrr, 0) AS mrr_end,
    e.subscription_id IS NULL AS is_lost,
    first_of_customer AS is_customer,
    first_of_customer AND k.customer_id IS NULL AS is_customer_lost,
    last_day(b.month) <= getvariable('mart_as_of') AS is_complete
FROM (
    SELECT *, row_number() OVER (PARTITION BY month, customer_id ORDER BY mrr_start DESC, subscription_id) = 1
        AND customer_id IS NOT NULL AS first_of_customer
    FROM began
) b
    LEFT JOIN running e ON e.day = b.next_month AND e.subscription_id = b.subscription_id
    LEFT JOIN kept k ON k.day = b.next_month AND k.customer_id = b.customer_id
ORDER BY b.month, b.subscription_id;
