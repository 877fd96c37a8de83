-- Pairs of source records that were merged, wait for a person, or were decided by one, with the evidence.
CREATE TABLE core.identity_match (
    left_id VARCHAR NOT NULL,           -- record: its system, a colon, its key there
    right_id VARCHAR NOT NULL,          -- record: its system, a colon, its key there
    left_customer_id VARCHAR NOT NULL,  -- customer that the left record belongs to
    right_customer_id VARCHAR NOT NULL, -- customer that the right record belongs to
    match_probability DOUBLE NOT NULL,  -- that both are one person, 0 to 1
    match_weight DOUBLE NOT NULL,       -- the same as log2 odds
    method VARCHAR NOT NULL,            -- exact, probabilistic or manual
    evidence JSON NOT NULL,             -- what was compared, how it agreed, what it adds to the weight
    decision VARCHAR NOT NULL,          -- merged, review (waits for a person), apart (given names differ), parted (a person said so)
    decided_by VARCHAR NOT NULL,        -- rule, or the person who decided
    decided_at TIMESTAMP NOT NULL,      -- when, UTC
    source_system VARCHAR NOT NULL,     -- identity
    source_id VARCHAR NOT NULL,         -- key of the pair
    ingested_at TIMESTAMP NOT NULL      -- loaded into this table, UTC
);
