"""Which records are the same customer."""
