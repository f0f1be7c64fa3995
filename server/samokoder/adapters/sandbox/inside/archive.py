"""The files of a run as a tar: what stands in the folder when nothing runs there any more."""

# ruff: noqa: PTH114, PTH118

from __future__ import annotations

import io
import os
import stat
from collections.abc import Container

NAMED = 50
"""Names of what was left out that are told."""


def pack_up(root: str, files: int, size: int, spare: Container[str]) -> tuple[bytes, list[str]]:
    """Regular files alone, at most so many and so large together; and the names of what was left out.

    Folders at the top that are in ``spare`` are ours, and not looked into.
    Whoever unpacks it trusts none of this: what runs here could have written anything instead.
    """
    import tarfile  # not at the start: it costs every cold run some milliseconds

    archive, left_out, room = io.BytesIO(), [], size
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in walk(root, spare):
            found = os.lstat(os.path.join(root, path))
            if not stat.S_ISREG(found.st_mode) or found.st_size > room or files <= 0:
                left_out.append(path)
                continue
            files, room = files - 1, room - found.st_size
            try:
                tar.add(os.path.join(root, path), arcname=path, recursive=False)
            except OSError:
                left_out.append(path)
    return archive.getvalue(), left_out[:NAMED]


def walk(root: str, spare: Container[str]) -> list[str]:
    """Every path below that is no folder, sorted; none where a run has put a link in the folder's place."""
    found: list[str] = []
    if os.path.islink(root):
        return found
    for folder, folders, names in os.walk(root):
        here = os.path.relpath(folder, root)
        if folder == root:
            folders[:] = [name for name in folders if name not in spare]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += [os.path.normpath(os.path.join(here, name)) for name in [*names, *links]]
    return sorted(found)
