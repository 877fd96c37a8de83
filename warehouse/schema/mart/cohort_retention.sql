-- Of the customers who first ordered in a month, how many ordered again k months later.
-- A month that had not ended by the last day of data is NULL, never 0: nobody knows yet.
CREATE TABLE mart.cohort_retention (
    cohort_month DATE NOT NULL,    -- key: month of the first order, its first day
    months_after INTEGER NOT NULL, -- key: months after it; 0 is the month of the first order
    cohort_size BIGINT NOT NULL,   -- customers who first ordered in the cohort month
    customers BIGINT,              -- those of them who ordered in that month; NULL when it has not ended
    retention DOUBLE,              -- customers / cohort_size; 1 in month 0
    net_revenue DECIMAL(18,2)      -- net amount of their orders of that month, EUR; NULL when it has not ended
);
INSERT INTO mart.cohort_retention BY NAME
WITH bought AS (
    SELECT customer_id, month, net_revenue, min(month) OVER (PARTITION BY customer_id) AS cohort_month
    FROM mart.customer_month WHERE orders_n > 0
), cohort AS (
    SELECT cohort_month, count(DISTINCT customer_id) AS cohort_size FROM bought GROUP BY cohort_month
), grid AS (
    SELECT cohort_month, cohort_size, k::INTEGER AS months_after, (cohort_month + to_months(k::INTEGER))::DATE AS month
    FROM cohort, range((SELECT date_diff('month', min(cohort_month), getvariable('mart_as_of')) + 1 FROM cohort)) ks(k)
), active AS (
    SELECT cohort_month, month, count(*) AS customers, sum(net_revenue) AS net_revenue FROM bought GROUP BY ALL
), known AS (
    SELECT *, months_after = 0 OR last_day(month) <= getvariable('mart_as_of') AS is_known FROM grid
)
SELECT
    cohort_month,
    months_after,
    cohort_size,
    CASE WHEN is_known THEN coalesce(customers, 0) END AS customers,
    CASE WHEN is_known THEN coalesce(customers, 0) / cohort_size END AS retention,
    CASE WHEN is_known THEN coalesce(net_revenue, 0) END AS net_revenue
FROM known LEFT JOIN active USING (cohort_month, month)
ORDER BY cohort_month, months_after;
