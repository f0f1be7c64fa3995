"""Archives from a hostile sandbox: nothing of them leaves the folder, and nothing of a bad one is kept."""

from __future__ import annotations

import struct
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from samokoder.adapters.sandbox.extracting import extract
from samokoder.errors import InvalidRequest, UnsafeArchive

FILES, SIZE = 5, 1000


def entry(name: str, content: bytes = b"x", **fields: object) -> bytes:
    """One member, without the end of the archive."""
    made = tarfile.TarInfo(name)
    made.size = len(content)
    for field, value in fields.items():
        setattr(made, field, value)
    body = content if made.isreg() else b""
    head = made.tobuf(tarfile.PAX_FORMAT)
    return head + body + b"\0" * (-len(body) % 512)


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    """A header as it lies in the archive, with a right checksum."""
    fields = bytearray(
        struct.pack("100s8s8s8s12s12s8sc", name, b"0000644", b"0", b"0", size, b"0", b" " * 8, kind)
    )
    fields += b"\0" * 100 + b"ustar\x0000" + b"\0" * (512 - len(fields) - 108)
    fields[148:156] = f"{sum(fields):06o}\0 ".encode()
    return bytes(fields)


def pax(**records: str) -> bytes:
    lines = b""
    for key, value in records.items():
        text = f" {key.replace('__', '.')}={value}\n".encode()
        size = len(text)
        while len(f"{size}".encode()) + len(text) != size:
            size = len(f"{size}".encode()) + len(text)
        lines += f"{size}".encode() + text
    return header(b"pax", f"{len(lines):011o}".encode(), b"x") + lines + b"\0" * (-len(lines) % 512)


END = b"\0" * 1024
BASE256_NEGATIVE = b"\xff" * 12
HOSTILE: dict[str, bytes] = {
    "parent": entry("../out.txt"),
    "parent in the middle": entry("a/../../out.txt"),
    "absolute": entry("/tmp/out.txt"),
    "dot": entry("./a/./b"),
    "symbolic link outside": entry("a", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "symbolic link inside": entry("b") + entry("a", type=tarfile.SYMTYPE, linkname="b"),
    "write through a link": entry("a", type=tarfile.SYMTYPE, linkname="/tmp") + entry("a/out.txt"),
    "hard link": entry("a", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "character device": entry("a", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "block device": entry("a", type=tarfile.BLKTYPE, devmajor=8),
    "fifo": entry("a", type=tarfile.FIFOTYPE),
    "contiguous file": entry("a", type=tarfile.CONTTYPE),
    "folder": entry("a", type=tarfile.DIRTYPE),
    "unknown kind": header(b"a", b"0", b"Z"),
    "newline": entry("a\nb"),
    "escape sequence": entry("a\x1b[2Jb"),
    "turned around": entry("a\u202etxt.exe"),
    "git hook": entry(".git/hooks/pre-commit", mode=0o755),
    "git hook below": entry("a/.GIT/hooks/pre-commit"),
    "our own records": entry(".samokoder/spec.md"),
    "twins": entry("Read.me") + entry("read.ME"),
    "twice": entry("a") + entry("a"),
    "file and folder": entry("a") + entry("a/b"),
    "backslash": entry("a\\..\\b"),
    "drive": entry("C:a"),
    "device name": entry("aux.txt"),
    "too many": b"".join(entry(f"{number}") for number in range(FILES + 1)),
    "too large": entry("a", b"x" * (SIZE + 1)),
    "too large together": entry("a", b"x" * 600) + entry("b", b"x" * 600),
    "GNU sparse": header(b"a", b"0", b"S"),
    "pax sparse": pax(GNU__sparse__major="1", GNU__sparse__minor="0", GNU__sparse__realsize="9" * 12)
    + entry("a"),
    "huge size": header(b"a", b"77777777777"),
    "huge pax size": pax(size="9" * 18) + entry("a"),
    "negative size": header(b"a", BASE256_NEGATIVE),
    "huge pax header": header(b"pax", b"77777777777", b"x") + b"1" * 512,
    "many pax headers": pax(comment="x") * 3000 + entry("a"),
    "cut in a file": entry("a", b"x" * 900)[:700],
    "cut in a header": entry("a")[:300],
    "long name": entry("a" * 300),
    "noise": b"\x01\x02\x03" * 600,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchive):
        extract(
            HOSTILE[name] + (b"" if name.startswith("cut") else END), tmp_path / "here" / "out", FILES, SIZE
        )
    assert list((tmp_path / "here").iterdir()) == []
    assert not Path("/tmp/out.txt").exists()


def test_plain_files_are_kept_with_whether_they_are_programs(tmp_path: Path) -> None:
    archive = entry("a/b.txt", b"one") + entry("run.sh", b"two", mode=0o4755) + END
    assert extract(archive, tmp_path / "out", FILES, SIZE) == ["a/b.txt", "run.sh"]
    assert (tmp_path / "out/a/b.txt").read_bytes() == b"one"
    assert (tmp_path / "out/run.sh").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "out/a/b.txt").stat().st_mode & 0o777 == 0o644


def test_an_empty_archive_is_an_empty_folder(tmp_path: Path) -> None:
    assert extract(END, tmp_path / "out", FILES, SIZE) == []
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "occupy",
    [lambda p: p.write_text("mine"), lambda p: p.symlink_to("/tmp"), lambda p: (p / "a").mkdir(parents=True)],
)
def test_a_place_that_is_taken_is_left_alone(occupy: Callable[[Path], object], tmp_path: Path) -> None:
    occupy(tmp_path / "out")
    with pytest.raises(InvalidRequest, match="there already"):
        extract(entry("a") + END, tmp_path / "out", FILES, SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
