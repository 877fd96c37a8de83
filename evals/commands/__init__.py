"""The commands of `python -m evals`, sorted by what they are for: asking, reading results, writing suites."""
