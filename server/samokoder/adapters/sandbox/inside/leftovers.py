"""What runs leave in the folders they share, so that the next one finds a clean place."""

# No pathlib: it would cost every cold run 10 ms.

# ruff: noqa: PTH101, PTH108, PTH112, PTH114, PTH118, PTH120, PTH208

from __future__ import annotations

import os
from collections.abc import Container
from contextlib import suppress

from samokoder.adapters.sandbox.inside.processes import remove


def at_work(base: str) -> int:
    """Say that a run is at work in this place, until the descriptor is closed or its process gone."""
    from fcntl import LOCK_NB, LOCK_SH, flock

    place = _place(base)
    with suppress(OSError):  # somebody clears right now, or holds it out of malice
        flock(place, LOCK_SH | LOCK_NB)
    return place


def clear(base: str, shared: list[str], runs: Container[str] = ()) -> bool:
    """Empty the shared folders unless a run is at work anywhere in this place; whether that was done.

    Where nothing keeps runs apart (gVisor has no Landlock), they write beside their own folders too: what
    is none of this keeper's ``runs``, and in the folder above it no keeper's, goes as well.
    """
    from fcntl import LOCK_EX, LOCK_NB, flock

    place = _place(base)
    try:
        flock(place, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    else:
        for folder in shared:
            empty(folder)
        empty(base, runs)
        place_of_keepers, own = os.path.split(base)
        empty(place_of_keepers, [own, *filter(str.isdigit, os.listdir(place_of_keepers))])
        return True
    finally:
        os.close(place)


def empty(folder: str, spare: Container[str] = ()) -> None:
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if name in spare:
            continue
        with suppress(OSError):
            if os.path.isdir(path) and not os.path.islink(path):
                os.chmod(path, 0o700)
                remove(path)
            else:
                os.unlink(path)


def _place(base: str) -> int:
    """One for all keepers that share a file system."""
    return os.open(os.path.dirname(base), os.O_RDONLY | os.O_CLOEXEC)
