-- How each customer stands at the end of as_of, by stated rules and no score: silence against the usual gap between
-- orders, renewals that are due, the place among all by historical value. One row per customer who is neither own
-- staff nor forgotten. A score that is learned may refine "at risk" later; nothing here is one.
CREATE TABLE mart.customer_standing (
    as_of DATE NOT NULL,              -- the day the row holds for, its whole length included
    customer_id VARCHAR NOT NULL,     -- key
    orders_n BIGINT NOT NULL,         -- orders so far, without cancelled and test orders
    net_revenue DECIMAL(18,2) NOT NULL, -- goods less discounts and refunds so far, EUR, excl. tax and shipping
    value_rank DOUBLE,                -- share of buyers who brought less net revenue, 0 to 1; NULL without orders
    days_silent BIGINT,               -- days from the latest order to as_of; NULL without orders
    usual_gap_days DOUBLE,            -- 90th percentile of the days between two orders; NULL when nobody ordered twice
    usual_gap_of VARCHAR,             -- whose gaps: own (with five or more of them) or all
    is_subscriber BOOLEAN NOT NULL,   -- has a subscription that runs
    renewal_due_on DATE,              -- day on which a running term ends within the calendar quarter of as_of
    has_open_ticket BOOLEAN NOT NULL, -- has a support ticket that is not solved
    has_failed_payment BOOLEAN NOT NULL, -- a subscription payment failed in the 30 days up to as_of
    is_usage_falling BOOLEAN NOT NULL, -- visited less than half as often, signed in, in the last 30 days as in the 30 before
    is_at_risk BOOLEAN NOT NULL,      -- may leave: a renewal that is due with a warning sign, or silent beyond the usual gap, not yet beyond twice of it
    risk_reason VARCHAR,              -- why: renewal with failed payment, open ticket or falling use, or silence; NULL unless at risk
    is_lapsed BOOLEAN NOT NULL,       -- gone: no running subscription and silent for more than twice the usual gap
    is_new BOOLEAN NOT NULL,          -- first order in the 90 days up to as_of
    is_loyal BOOLEAN NOT NULL,        -- four or more orders in the 365 days up to as_of, the last within the usual gap
    is_high_value BOOLEAN NOT NULL,   -- in the top tenth of buyers by net revenue so far
    rfm_r TINYINT,                    -- recency score 1 to 5 among all buyers, 5 the latest; NULL without orders
    rfm_f TINYINT,                    -- frequency score 1 to 5
    rfm_m TINYINT,                    -- monetary score 1 to 5
    rfm_segment VARCHAR,              -- Champions, Loyal, At risk, ...: see mart.rfm_snapshot
    engagement_points DOUBLE NOT NULL, -- visits x 1, e-mail clicks x 2, orders x 5 of the last 90 days, each halved every 30 days
    engagement_score DOUBLE NOT NULL  -- share of customers with fewer points, times 100
);
INSERT INTO mart.customer_standing BY NAME
WITH person AS (
    SELECT customer_id FROM core.customer WHERE NOT is_internal AND NOT is_deleted
), bought AS (
    SELECT customer_id, ordered_at, net_amount,
        date_diff('day', lag(ordered_at) OVER (PARTITION BY customer_id ORDER BY ordered_at), ordered_at) AS gap
    FROM core.orders SEMI JOIN person USING (customer_id)
    WHERE status <> 'cancelled' AND NOT is_test AND ordered_at < getvariable('mart_as_of') + 1
), usual AS (
    SELECT quantile_cont(gap, 0.9) AS gap FROM bought WHERE gap > 0
), buyer AS (
    SELECT customer_id,
        count(*) AS orders_n,
        sum(net_amount) AS net_revenue,
        getvariable('mart_as_of') - max(ordered_at)::DATE AS days_silent,
        getvariable('mart_as_of') - min(ordered_at)::DATE AS days_known,
        count(*) FILTER (ordered_at >= getvariable('mart_as_of') - 364) AS orders_365d,
        quantile_cont(gap, 0.9) FILTER (gap > 0) AS own_gap,
        count(*) FILTER (gap > 0) AS own_gaps,
        percent_rank() OVER (ORDER BY sum(net_amount)) AS value_rank
    FROM bought GROUP BY customer_id
), contract AS (
    SELECT s.customer_id, min(s.term_end) FILTER (
            s.term_end >= getvariable('mart_as_of')
            AND s.term_end < date_trunc('quarter', getvariable('mart_as_of')) + INTERVAL 3 MONTH
        ) AS renewal_due_on
    FROM core.subscription s
    WHERE s.started_at < getvariable('mart_as_of') + 1
        AND (s.cancelled_at IS NULL OR s.cancelled_at >= getvariable('mart_as_of') + 1)
    GROUP BY s.customer_id
), failed AS (
    SELECT DISTINCT s.customer_id FROM core.subscription_event e JOIN core.subscription s USING (subscription_id)
    WHERE e.type = 'payment_failed' AND e."at" >= getvariable('mart_as_of') - 29 AND e."at" < getvariable('mart_as_of') + 1
), ticket AS (
    SELECT DISTINCT customer_id FROM core.ticket
    WHERE created_at < getvariable('mart_as_of') + 1 AND (solved_at IS NULL OR solved_at >= getvariable('mart_as_of') + 1)
), visit AS (
    SELECT customer_id,
        count(*) FILTER (started_at >= getvariable('mart_as_of') - 29) AS now_n,
        count(*) FILTER (started_at < getvariable('mart_as_of') - 29) AS before_n
    FROM core.session
    WHERE NOT is_bot AND started_at >= getvariable('mart_as_of') - 59 AND started_at < getvariable('mart_as_of') + 1
    GROUP BY customer_id
), deed AS (
    SELECT customer_id, started_at AS moment, 1 AS weight FROM core.session WHERE NOT is_bot
    UNION ALL
    SELECT customer_id, "at", 2 FROM core.email_event WHERE type = 'click'
    UNION ALL
    SELECT customer_id, ordered_at, 5 FROM bought
), engaged AS (
    SELECT customer_id, sum(weight * 0.5 ** ((getvariable('mart_as_of') - moment::DATE) / 30.0)) AS points
    FROM deed
    WHERE moment >= getvariable('mart_as_of') - 89 AND moment < getvariable('mart_as_of') + 1
    GROUP BY customer_id
), known AS (
    SELECT p.customer_id,
        coalesce(b.orders_n, 0) AS orders_n,
        coalesce(b.net_revenue, 0) AS net_revenue,
        b.value_rank, b.days_silent, b.days_known, b.orders_365d,
        CASE WHEN b.own_gaps >= 5 THEN b.own_gap ELSE usual.gap END AS usual_gap_days,
        CASE WHEN b.own_gaps >= 5 THEN 'own' WHEN usual.gap IS NOT NULL THEN 'all' END AS usual_gap_of,
        c.customer_id IS NOT NULL AS is_subscriber,
        c.renewal_due_on,
        t.customer_id IS NOT NULL AS has_open_ticket,
        f.customer_id IS NOT NULL AS has_failed_payment,
        r.rfm_r, r.rfm_f, r.rfm_m, r.rfm_segment,
        coalesce(e.points, 0) AS engagement_points,
        100 * percent_rank() OVER (ORDER BY coalesce(e.points, 0)) AS engagement_score,
        coalesce(v.before_n > 0 AND v.now_n < v.before_n / 2, FALSE) AS is_usage_falling
    FROM person p
        CROSS JOIN usual
        LEFT JOIN buyer b USING (customer_id)
        LEFT JOIN contract c USING (customer_id)
        LEFT JOIN ticket t USING (customer_id)
        LEFT JOIN failed f USING (customer_id)
        LEFT JOIN visit v USING (customer_id)
        LEFT JOIN engaged e USING (customer_id)
        LEFT JOIN mart.customer_360 r USING (customer_id)
), judged AS (
    SELECT *,
        CASE
            WHEN is_subscriber THEN CASE
                WHEN renewal_due_on IS NULL THEN NULL
                WHEN has_failed_payment THEN 'renewal with failed payment'
                WHEN has_open_ticket THEN 'renewal with open ticket'
                WHEN is_usage_falling THEN 'renewal with falling use'
            END
            WHEN days_silent > usual_gap_days AND days_silent <= 2 * usual_gap_days THEN 'silence'
        END AS risk_reason
    FROM known
)
SELECT
    getvariable('mart_as_of') AS as_of,
    customer_id, orders_n, net_revenue, value_rank, days_silent, usual_gap_days, usual_gap_of, is_subscriber,
    renewal_due_on, has_open_ticket, has_failed_payment, is_usage_falling,
    risk_reason IS NOT NULL AS is_at_risk,
    risk_reason,
    coalesce(NOT is_subscriber AND days_silent > 2 * usual_gap_days, FALSE) AS is_lapsed,
    coalesce(days_known < 90, FALSE) AS is_new,
    coalesce(orders_365d >= 4 AND (days_silent <= usual_gap_days OR is_subscriber), FALSE) AS is_loyal,
    coalesce(value_rank >= 0.9, FALSE) AS is_high_value,
    rfm_r, rfm_f, rfm_m, rfm_segment, engagement_points, engagement_score
FROM judged
ORDER BY customer_id;
