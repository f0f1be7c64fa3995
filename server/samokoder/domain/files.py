"""Files as values: content is named by its digest, a tree by the digests of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from samokoder.domain.paths import FilePath
from samokoder.domain.value import Value

Digest = str
"""SHA-256 of the content, 64 hexadecimal digits."""

Files = dict[FilePath, Digest]


def digest_of(content: bytes) -> Digest:
    return hashlib.sha256(content).hexdigest()


def tree_digest(files: Mapping[FilePath, Digest]) -> Digest:
    """One digest for a whole tree; the same whatever order the files came in."""
    lines = (f"{path}\0{digest}\n" for path, digest in sorted(files.items()))
    return digest_of("".join(lines).encode())


def union(*parts: Mapping[FilePath, Digest]) -> Files:
    """All parts over one another; later parts win."""
    return {path: digest for part in parts for path, digest in part.items()}


def case_twins(paths: Mapping[FilePath, Digest] | list[FilePath]) -> tuple[FilePath, FilePath] | None:
    """Two different paths that would be one file on a case-insensitive disk, if there are such."""
    seen: dict[str, FilePath] = {}
    for path in paths:
        other = seen.setdefault(path.folded, path)
        if other != path:
            return other, path
    return None


class SourceFile(Value):
    """A file with its text, as an agent reads it."""

    path: FilePath
    text: str
