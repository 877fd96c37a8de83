-- What each customer had bought by the end of each day of a list: one row per day and customer with an order by then.
-- Cancelled and test orders are left out. A refund counts from the day it was given; one that orders know of and
-- core.refund does not counts from the order on.
CREATE OR REPLACE TEMP MACRO purchases_on(on_days) AS TABLE
WITH dated AS (
    SELECT order_id, sum(amount) AS amount FROM core.refund GROUP BY order_id
), bought AS (
    SELECT o.order_id, o.customer_id, o.ordered_at, o.channel, o.gross_amount - o.discount_amount AS amount,
        greatest(o.refund_amount - coalesce(dated.amount, 0), 0) AS undated
    FROM core.orders o LEFT JOIN dated USING (order_id)
    WHERE o.customer_id IS NOT NULL AND o.status <> 'cancelled' AND NOT o.is_test
), movement AS (
    SELECT customer_id, ordered_at AS moment, TRUE AS is_order, amount - undated AS net, undated AS refunded, channel
    FROM bought
    UNION ALL
    SELECT b.customer_id, greatest(r.refunded_at, b.ordered_at), FALSE, -r.amount, r.amount, NULL
    FROM core.refund r JOIN bought b USING (order_id)
)
SELECT
    d.as_of,
    m.customer_id,
    count(*) FILTER (m.is_order) AS orders_n,
    sum(m.net)::DECIMAL(18,2) AS net_revenue,
    count(*) FILTER (m.refunded > 0) AS refunds_n,
    sum(m.refunded)::DECIMAL(18,2) AS refund_amount,
    min(m.moment) FILTER (m.is_order) AS first_order_at,
    max(m.moment) FILTER (m.is_order) AS last_order_at,
    arg_max(m.channel, m.moment) FILTER (m.is_order) AS last_order_channel
FROM (SELECT unnest(on_days) AS as_of) d JOIN movement m ON m.moment < d.as_of + 1
GROUP BY d.as_of, m.customer_id;
