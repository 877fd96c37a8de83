-- What is sold.
CREATE TABLE core.product (
    product_id VARCHAR NOT NULL,       -- key
    sku VARCHAR NOT NULL,              -- stock number
    name VARCHAR NOT NULL,             -- name shown to customers
    category VARCHAR NOT NULL,         -- e.g. Shoes
    subcategory VARCHAR NOT NULL,      -- e.g. Sneakers
    brand VARCHAR NOT NULL,            -- brand; each brand has one supplier
    department VARCHAR NOT NULL,       -- Fashion, Living, Tech or Leisure
    size VARCHAR,                      -- size; NULL when it has none
    colour VARCHAR,                    -- colour
    material VARCHAR,                  -- main material; NULL when it does not matter
    unit_cost DECIMAL(18,2) NOT NULL,  -- purchase cost of one unit today, EUR
    list_price DECIMAL(18,2) NOT NULL, -- price today, EUR, excl. tax
    launched_at DATE NOT NULL,         -- first day on sale
    discontinued_at DATE,              -- last day on sale; NULL while it is sold
    source_system VARCHAR NOT NULL,    -- system the row comes from
    source_id VARCHAR NOT NULL,        -- key of the row in that system
    ingested_at TIMESTAMP NOT NULL     -- loaded into this table, UTC
);
