-- Who saw which variant of a test, one row per unit.
CREATE TABLE core.experiment_assignment (
    experiment_id VARCHAR NOT NULL, -- key, with unit_id
    unit_id VARCHAR NOT NULL,       -- key, with experiment_id: customer or visitor that was drawn
    customer_id VARCHAR,            -- customer; NULL when not known
    variant VARCHAR NOT NULL,       -- control, or the name of the treatment
    assigned_at TIMESTAMP NOT NULL, -- time of the draw, UTC
    source_system VARCHAR NOT NULL, -- system the row comes from
    source_id VARCHAR NOT NULL,     -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL  -- loaded into this table, UTC
);
