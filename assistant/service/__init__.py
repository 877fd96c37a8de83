"""Ways in besides the page: the command line."""
