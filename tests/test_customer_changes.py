"""The history of what is known of customers, from load to load."""

from __future__ import annotations

from pathlib import Path

from tests.sources_world import World

CUSTOMERS = """
sources:
  crm:
    table: customer
    files: people.csv
    columns:
      customer_id: id
      city: city
      segment: segment
      last_seen_at: seen
      customer_type: {value: person}
      country_code: {value: AT}
      country: {value: Austria}
"""
HISTORY = "SELECT customer_id, attribute, old_value, new_value FROM core.customer_change ORDER BY changed_at, 1, 2"


def test_each_value_that_changes_between_two_loads_is_kept(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.declare(CUSTOMERS)
    world.write("people.csv", "id,city,segment,seen\nc1,Graz,Consumer,2026-01-01\nc2,,Consumer,2026-01-01\n")
    world.load()
    world.load()
    assert world.rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'customer_change'") == [(0,)]
    world.write(
        "people.csv",
        "id,city,segment,seen\nc1,Wien,Consumer,2026-02-01\nc2,Linz,Enterprise,2026-01-01\nc3,Ulm,Consumer,2026-01-01\n",
    )
    world.load()
    moved = [("c1", "city", "Graz", "Wien"), ("c2", "city", None, "Linz"), ("c2", "segment", "Consumer", "Enterprise")]
    assert world.rows(HISTORY) == moved  # a visit is no change of a customer, and a new customer has none
    world.write("people.csv", "id,city,segment,seen\nc1,Graz,Consumer,2026-03-01\n")
    world.load()
    assert world.rows(HISTORY) == [*moved, ("c1", "city", "Wien", "Graz")]
