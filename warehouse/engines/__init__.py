"""Places where validated SQL can be run, one module each."""
