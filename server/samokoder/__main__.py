"""``python -m samokoder`` is the command line."""

import sys

from samokoder.cli import main

if __name__ == "__main__":
    sys.exit(main())
