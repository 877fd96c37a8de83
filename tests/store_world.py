"""A state store for a file of tests: made once, empty for each test."""

from __future__ import annotations

from assistant.store import Store


def emptied(store: Store) -> Store:
    """The store without any row."""
    from assistant.store.every_table import metadata

    with store.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return store
