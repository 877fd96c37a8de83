-- What each customer did in each calendar month (UTC), from the month of the first contact on; quiet months have zeros.
CREATE TABLE mart.customer_month (
    month DATE NOT NULL,                -- key: first day of the month
    customer_id VARCHAR NOT NULL,       -- key: customer
    orders_n BIGINT NOT NULL,           -- orders placed in the month, without cancelled and test orders
    net_revenue DECIMAL(18,2) NOT NULL, -- net amount of those orders, EUR; refunds count in the month of the order
    sessions_n BIGINT NOT NULL,         -- signed-in visits
    tickets_n BIGINT NOT NULL,          -- support tickets opened
    is_active BOOLEAN NOT NULL,         -- placed an order or visited
    is_complete BOOLEAN NOT NULL        -- the month had ended by the last day of data
);
INSERT INTO mart.customer_month BY NAME
WITH deed AS (
    SELECT customer_id, ordered_at AS moment, 1 AS orders_n, net_amount AS net_revenue, 0 AS sessions_n, 0 AS tickets_n
    FROM core.orders WHERE status <> 'cancelled' AND NOT is_test
    UNION ALL
    SELECT customer_id, started_at, 0, 0, 1, 0 FROM core.session WHERE NOT is_bot
    UNION ALL
    SELECT customer_id, created_at, 0, 0, 0, 1 FROM core.ticket
), done AS (
    SELECT customer_id, date_trunc('month', moment)::DATE AS month, sum(orders_n) AS orders_n,
        sum(net_revenue) AS net_revenue, sum(sessions_n) AS sessions_n, sum(tickets_n) AS tickets_n
    FROM deed WHERE customer_id IS NOT NULL AND moment < getvariable('mart_as_of') + 1
    GROUP BY ALL
), beginning AS (
    SELECT customer_id, least(date_trunc('month', c.first_seen_at)::DATE, min(done.month)) AS month
    FROM core.customer c LEFT JOIN done USING (customer_id)
    WHERE c.first_seen_at < getvariable('mart_as_of') + 1 OR done.month IS NOT NULL
    GROUP BY customer_id, c.first_seen_at
), span AS (
    SELECT customer_id, unnest(range(month, getvariable('mart_as_of') + 1, INTERVAL 1 MONTH))::DATE AS month FROM beginning
)
SELECT
    month,
    customer_id,
    coalesce(orders_n, 0) AS orders_n,
    coalesce(net_revenue, 0) AS net_revenue,
    coalesce(sessions_n, 0) AS sessions_n,
    coalesce(tickets_n, 0) AS tickets_n,
    coalesce(orders_n + sessions_n, 0) > 0 AS is_active,
    last_day(month) <= getvariable('mart_as_of') AS is_complete
FROM span LEFT JOIN done USING (customer_id, month)
ORDER BY month, customer_id;
