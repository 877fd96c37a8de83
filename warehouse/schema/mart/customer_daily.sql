-- What each customer did on each day (UTC) on which they did anything: bought, visited, asked for help, answered.
CREATE TABLE mart.customer_daily (
    day DATE NOT NULL,                  -- key: the day
    customer_id VARCHAR NOT NULL,       -- key: customer
    orders_n BIGINT NOT NULL,           -- orders placed on the day, without cancelled and test orders
    net_revenue DECIMAL(18,2) NOT NULL, -- net amount of those orders, EUR; refunds count on the day of the order
    sessions_n BIGINT NOT NULL,         -- signed-in visits
    tickets_n BIGINT NOT NULL,          -- support tickets opened
    answers_n BIGINT NOT NULL           -- survey questions answered
);
INSERT INTO mart.customer_daily BY NAME
WITH deed AS (
    SELECT customer_id, ordered_at::DATE AS day, count(*) AS orders_n, sum(net_amount) AS net_revenue, 0 AS sessions_n,
        0 AS tickets_n, 0 AS answers_n
    FROM core.orders WHERE status <> 'cancelled' AND NOT is_test AND customer_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT customer_id, started_at::DATE, 0, 0, count(*), 0, 0
    FROM core.session WHERE NOT is_bot AND customer_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT customer_id, created_at::DATE, 0, 0, 0, count(*), 0
    FROM core.ticket WHERE customer_id IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT customer_id, responded_at::DATE, 0, 0, 0, 0, count(*)
    FROM core.survey_response WHERE responded_at IS NOT NULL AND customer_id IS NOT NULL GROUP BY ALL
)
SELECT
    day,
    customer_id,
    sum(orders_n) AS orders_n,
    sum(net_revenue) AS net_revenue,
    sum(sessions_n) AS sessions_n,
    sum(tickets_n) AS tickets_n,
    sum(answers_n) AS answers_n
FROM deed WHERE day <= getvariable('mart_as_of')
GROUP BY day, customer_id
ORDER BY day, customer_id;
