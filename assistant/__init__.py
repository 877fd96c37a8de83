"""Questions in, answers out: understanding, the way of a question, commands and the page."""
