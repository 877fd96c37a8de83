-- What each customer had done and said by the end of a day besides buying: visits, tickets, surveys, e-mail.
-- "90d" is the 90 days that end with the day. Visits of machines are left out.
CREATE OR REPLACE TEMP MACRO contact_at(last_day) AS TABLE
WITH visits AS (
    SELECT customer_id,
        count(*) FILTER (started_at >= last_day - 29) AS sessions_30d,
        count(*) FILTER (started_at >= last_day - 89) AS sessions_90d,
        count(*) FILTER (started_at >= last_day - 364) AS sessions_365d,
        max(started_at) AS last_visit_at,
        arg_max(channel_group, started_at) AS last_channel
    FROM core.session
    WHERE customer_id IS NOT NULL AND NOT is_bot AND started_at < last_day + 1
    GROUP BY customer_id
), tickets AS (
    SELECT customer_id,
        count(*) FILTER (created_at >= last_day - 89) AS tickets_90d,
        count(*) FILTER (solved_at IS NULL OR solved_at >= last_day + 1) AS open_tickets
    FROM core.ticket
    WHERE customer_id IS NOT NULL AND created_at < last_day + 1
    GROUP BY customer_id
), surveys AS (
    SELECT customer_id,
        avg(1 + 4.0 * (score - scale_min) / nullif(scale_max - scale_min, 0)) FILTER (type = 'csat') AS avg_csat,
        arg_max(score, responded_at) FILTER (type = 'nps') AS last_nps
    FROM core.survey_response
    WHERE score IS NOT NULL AND responded_at < last_day + 1
    GROUP BY customer_id
), messages AS (
    SELECT customer_id, message_id, bool_or(type = 'click') AS clicked
    FROM core.email_event
    WHERE type IN ('delivered', 'click') AND "at" < last_day + 1
    GROUP BY customer_id, message_id
    HAVING min("at") FILTER (type = 'delivered') >= last_day - 89
), mail AS (
    SELECT customer_id, count(*) FILTER (clicked) / count(*) AS email_click_rate_90d FROM messages GROUP BY customer_id
)
SELECT * FROM visits
    FULL JOIN tickets USING (customer_id)
    FULL JOIN surveys USING (customer_id)
    FULL JOIN mail USING (customer_id);
