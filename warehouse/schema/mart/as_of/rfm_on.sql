-- Recency, frequency and monetary scores of every buyer at the end of each day of a list, 5 the best.
-- A score is the fifth that the customer's percent rank falls into, so equal values always score the same (ntile would
-- part them by chance). The segment goes by recency and by the mean of frequency and monetary, rounded up.
CREATE OR REPLACE TEMP MACRO rfm_on(on_days) AS TABLE
WITH ranked AS (
    SELECT *,
        percent_rank() OVER (PARTITION BY as_of ORDER BY last_order_at::DATE) AS r,
        percent_rank() OVER (PARTITION BY as_of ORDER BY orders_n) AS f,
        percent_rank() OVER (PARTITION BY as_of ORDER BY net_revenue) AS m
    FROM purchases_on(on_days)
), scored AS (
    SELECT *,
        least(5, 1 + floor(5 * r))::TINYINT AS rfm_r,
        least(5, 1 + floor(5 * f))::TINYINT AS rfm_f,
        least(5, 1 + floor(5 * m))::TINYINT AS rfm_m
    FROM ranked
)
SELECT
    as_of,
    customer_id,
    as_of - last_order_at::DATE AS recency_days,
    orders_n,
    net_revenue,
    rfm_r,
    rfm_f,
    rfm_m,
    CASE (rfm_f + rfm_m + 1) // 2
        WHEN 5 THEN CASE WHEN rfm_r >= 4 THEN 'Champions' WHEN rfm_r = 3 THEN 'Loyal' ELSE 'Cannot lose' END
        WHEN 4 THEN CASE WHEN rfm_r >= 4 THEN 'Champions' WHEN rfm_r = 3 THEN 'Loyal' ELSE 'At risk' END
        WHEN 3 THEN CASE WHEN rfm_r >= 4 THEN 'Potential loyal' WHEN rfm_r = 3 THEN 'Need attention' ELSE 'At risk' END
        WHEN 2 THEN CASE WHEN rfm_r >= 4 THEN 'Potential loyal' WHEN rfm_r = 3 THEN 'About to sleep' ELSE 'Hibernating' END
        ELSE CASE WHEN rfm_r >= 4 THEN 'Promising' WHEN rfm_r = 3 THEN 'About to sleep' ELSE 'Hibernating' END
    END AS rfm_segment
FROM scored;
