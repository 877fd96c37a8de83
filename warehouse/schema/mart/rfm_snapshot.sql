-- RFM of every buyer at the end of each month, and at the end of the last day: how customers move between segments.
CREATE TABLE mart.rfm_snapshot (
    as_of DATE NOT NULL,                -- key: last day of a month, or the last day of data
    customer_id VARCHAR NOT NULL,       -- key: customer with an order by then
    recency_days BIGINT NOT NULL,       -- days from the latest order to as_of
    orders_n BIGINT NOT NULL,           -- orders so far, without cancelled and test orders
    net_revenue DECIMAL(18,2) NOT NULL, -- goods less discounts and refunds so far, EUR, excl. tax and shipping
    rfm_r TINYINT NOT NULL,             -- recency score 1 to 5 among all buyers of the day, 5 the latest
    rfm_f TINYINT NOT NULL,             -- frequency score 1 to 5, 5 the most orders
    rfm_m TINYINT NOT NULL,             -- monetary score 1 to 5, 5 the highest net revenue
    rfm_segment VARCHAR NOT NULL        -- Champions, Loyal, Potential loyal, Promising, Need attention, About to sleep, At risk, Cannot lose or Hibernating
);
INSERT INTO mart.rfm_snapshot BY NAME
FROM rfm_on((
    SELECT list(DISTINCT day ORDER BY day) FROM (
        SELECT least(last_day(month), getvariable('mart_as_of')) AS day
        FROM range(
            (SELECT date_trunc('month', min(ordered_at)) FROM core.orders)::TIMESTAMP,
            getvariable('mart_as_of') + INTERVAL 1 DAY,
            INTERVAL 1 MONTH
        ) months(month)
    )
))
ORDER BY as_of, customer_id;
