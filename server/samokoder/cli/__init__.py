"""The command line: a client of the server, like any editor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

SERVER = (sys.executable, "-m", "samokoder", "serve")


def main(arguments: Sequence[str] | None = None, server: Sequence[str] = SERVER) -> int:
    """Returns the exit code; ``docs/protocol.md`` lists them. ``server`` is the command that starts one."""
    from samokoder.cli.arguments import parse
    from samokoder.errors import SamokoderError

    try:
        return _run(parse(arguments), server)
    except SamokoderError as error:
        print(f"samokoder: {error} {error.hint}".rstrip(), file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has gone
        sys.stderr.close()
        return 1


def _run(given: argparse.Namespace, server: Sequence[str]) -> int:
    if given.command == "serve":
        return _serve(given.tcp)
    if given.command == "model":
        from samokoder.offline.serve import serve

        serve(given.port)
        return 0
    if given.command == "key":
        from samokoder.cli import keys

        return keys.work(given)
    if given.command == "sandbox":
        from samokoder.cli.sandbox import sandbox

        return sandbox(given)
    from samokoder.cli.working import work

    return work(given, server)


def _serve(port: int | None) -> int:
    from samokoder.lsp.greeting import greet

    greeting = greet(sys.stdin.buffer, sys.stdout.buffer) if port is None else None
    from samokoder.bootstrap import backend
    from samokoder.lsp.serving import serve_stdio, serve_tcp

    return serve_stdio(backend(), greeting) if port is None else serve_tcp(backend(), port)
