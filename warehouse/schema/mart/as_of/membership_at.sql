-- Loyalty and subscriptions of each customer at the end of a day; one row per customer who has or had either.
-- Programmes keep a member's tier without its history, so it is told for the last day that the data knows, and for
-- no day before.
CREATE OR REPLACE TEMP MACRO membership_at(last_day) AS TABLE
WITH known AS (
    SELECT max(max_event_at)::DATE AS until FROM meta.source_freshness
), points AS (
    SELECT loyalty_id, sum(points) AS points FROM core.loyalty_transaction WHERE "at" < last_day + 1 GROUP BY loyalty_id
), loyalty AS (
    SELECT a.customer_id,
        min(a.enrolled_at) AS loyalty_since,
        sum(coalesce(p.points, 0)) AS loyalty_points,
        CASE WHEN last_day >= (SELECT until FROM known) THEN arg_max(a.tier, a.enrolled_at) END AS loyalty_tier
    FROM core.loyalty_account a LEFT JOIN points p USING (loyalty_id)
    WHERE a.enrolled_at < last_day + 1
    GROUP BY a.customer_id
), fees AS (
    SELECT subscription_id, sum(mrr_delta) AS mrr FROM core.subscription_event WHERE "at" < last_day + 1 GROUP BY subscription_id
), subscriptions AS (
    SELECT s.customer_id,
        bool_or(s.cancelled_at IS NULL OR s.cancelled_at >= last_day + 1) AS is_subscriber,
        sum(coalesce(f.mrr, 0))::DECIMAL(18,2) AS mrr
    FROM core.subscription s LEFT JOIN fees f USING (subscription_id)
    WHERE s.customer_id IS NOT NULL AND s.started_at < last_day + 1
    GROUP BY s.customer_id
)
SELECT * FROM loyalty FULL JOIN subscriptions USING (customer_id);
