"""Opens the chat on a web page: the same as `tellwise serve`, with the same options."""

import sys

if __name__ == "__main__":  # a worker process that is started by spawning imports this file again
    from assistant.service.cli import main

    main(["serve", *sys.argv[1:]])
