-- The product category each customer had spent most on by the end of a day, refunds of that day and before taken off.
CREATE OR REPLACE TEMP MACRO favourites_at(last_day) AS TABLE
WITH refunded AS (
    SELECT order_item_id, sum(amount) AS amount FROM core.refund WHERE refunded_at < last_day + 1 GROUP BY order_item_id
), spent AS (
    SELECT o.customer_id, p.category,
        sum(i.quantity * i.unit_price - i.discount_amount - coalesce(refunded.amount, 0)) AS amount
    FROM core.order_item i
        JOIN core.orders o USING (order_id)
        JOIN core.product p USING (product_id)
        LEFT JOIN refunded USING (order_item_id)
    WHERE o.customer_id IS NOT NULL AND o.status <> 'cancelled' AND NOT o.is_test AND o.ordered_at < last_day + 1
    GROUP BY o.customer_id, p.category
)
SELECT customer_id, category AS top_category
FROM spent
WHERE amount > 0
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY amount DESC, category) = 1;
