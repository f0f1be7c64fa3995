"""The real command line over a server with fake runs: ``python -m tests.cli.fake_cli ARGUMENTS``."""

from __future__ import annotations

import sys

from samokoder.cli import main

SERVER = (sys.executable, "-m", "tests.lsp.fake_server")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], SERVER))
