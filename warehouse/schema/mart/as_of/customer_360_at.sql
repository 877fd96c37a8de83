-- Every customer known by the end of a day, as they were then; the columns of mart.customer_360.
-- What happened later does not count. Who a customer is (name, address, demographics) is kept without history and is
-- told as known now.
CREATE OR REPLACE TEMP MACRO customer_360_at(last_day) AS TABLE
WITH permission AS (
    SELECT customer_id,
        bool_or(status = 'granted') FILTER (purpose = 'marketing' AND channel = 'email') AS consent_email,
        bool_or(status = 'granted') FILTER (purpose = 'marketing' AND channel = 'sms') AS consent_sms,
        bool_or(status = 'granted') FILTER (purpose = 'profiling') AS consent_profiling
    FROM consent_at(last_day)
    GROUP BY customer_id
)
SELECT
    last_day AS as_of, c.customer_id, c.customer_type, c.segment, c.full_name, c.primary_email, c.primary_phone,
    c.birth_date, date_sub('year', c.birth_date, last_day) AS age, c.gender, c.income_band, c.education,
    c.marital_status, c.home_ownership, c.household_size, c.kids, c.job_title, c.account_id, c.city, c.region,
    c.country_code, c.country, c.area_type, c.language, c.acquisition_channel, c.acquisition_campaign_id,
    c.is_internal, c.is_deleted, c.first_seen_at, last_day - c.first_seen_at::DATE AS tenure_days,
    coalesce(b.orders_n, 0) AS orders_n,
    coalesce(b.net_revenue, 0) AS net_revenue,
    (b.net_revenue / b.orders_n)::DECIMAL(18,2) AS aov,
    coalesce(b.refunds_n, 0) AS refunds_n,
    coalesce(b.refund_amount, 0) AS refund_amount,
    b.first_order_at, b.last_order_at, b.last_order_channel, rfm.recency_days, f.top_category,
    rfm.rfm_r, rfm.rfm_f, rfm.rfm_m, rfm.rfm_segment,
    coalesce(t.sessions_30d, 0) AS sessions_30d,
    coalesce(t.sessions_90d, 0) AS sessions_90d,
    coalesce(t.sessions_365d, 0) AS sessions_365d,
    t.last_visit_at, t.last_channel,
    coalesce(t.tickets_90d, 0) AS tickets_90d,
    coalesce(t.open_tickets, 0) AS open_tickets,
    t.avg_csat, t.last_nps, t.email_click_rate_90d,
    m.loyalty_since, m.loyalty_points, m.loyalty_tier,
    coalesce(m.is_subscriber, FALSE) AS is_subscriber,
    coalesce(m.mrr, 0) AS mrr,
    p.consent_email, p.consent_sms, p.consent_profiling
FROM core.customer c
    LEFT JOIN purchases_on([last_day]) b USING (customer_id)
    LEFT JOIN rfm_on([last_day]) rfm USING (customer_id)
    LEFT JOIN favourites_at(last_day) f USING (customer_id)
    LEFT JOIN contact_at(last_day) t USING (customer_id)
    LEFT JOIN membership_at(last_day) m USING (customer_id)
    LEFT JOIN permission p USING (customer_id)
WHERE c.first_seen_at IS NULL OR c.first_seen_at < last_day + 1;
