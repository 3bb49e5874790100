"""`python -m cnn_loupe` is the command `cnn-loupe`."""

import sys

from cnn_loupe.server.cli import main

if __name__ == "__main__":
    sys.exit(main())
