-- What people know about a day: launches, price changes, outages, holidays, promotions.
CREATE TABLE core.annotation (
    annotation_id VARCHAR NOT NULL, -- key
    day DATE NOT NULL,              -- the day it holds for; longer events have one row a day
    title VARCHAR NOT NULL,         -- short name, e.g. Black Friday
    kind VARCHAR NOT NULL,          -- outage, price_change, launch, promotion, shopping_day, holiday or other
    note VARCHAR,                   -- one sentence of context
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
