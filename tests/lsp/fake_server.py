"""The real server over ``fake_runs``: ``python -m tests.lsp.fake_server [--tcp PORT]``."""

from __future__ import annotations

import os
import sys

from samokoder.lsp.serving import serve_stdio, serve_tcp


def main() -> int:
    from tests.lsp.fake_backend import backend

    if "--tcp" in sys.argv:
        return serve_tcp(backend(os.environ), 0)
    return serve_stdio(backend(os.environ))


if __name__ == "__main__":
    sys.exit(main())
