"""The real server with everything logged into the file TRACE: ``python -m tests.e2e.tracing_server``."""

from __future__ import annotations

import logging
import os
import sys

if __name__ == "__main__":
    logging.basicConfig(filename=os.environ["TRACE"], level=1, format="%(levelname)s %(name)s: %(message)s")
    from samokoder.bootstrap import backend
    from samokoder.lsp.serving import serve_stdio

    sys.exit(serve_stdio(backend()))
