"""The history of the store's schema, one script a change."""
