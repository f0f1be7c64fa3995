"""Hostile files by the real way out: a run leaves them, the sandbox packs them, the extractor unpacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
import pytest_asyncio

from samokoder.adapters.sandbox.extracting import extract
from samokoder.adapters.sandbox.policy import MIB, SandboxPolicy
from samokoder.adapters.sandbox.session import Job, Session
from samokoder.domain.paths import FilePath
from samokoder.errors import UnsafeArchive
from tests.adapters.sandboxes import NOTHING, SEPARATED, runner

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES, SIZE = 20, MIB
POLICY = SandboxPolicy(seconds=20, export_files=FILES, export_bytes=SIZE)
BOUND = 60
PROGRAM = FilePath("program.py")


@dataclass(frozen=True)
class Hostile:
    """What a run leaves, and what comes of it beside the program: names kept, or all of it refused."""

    text: str
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    refused: str = ""


WROTE = """
def wrote(path):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    open(path, "w").write("x")
"""
HOSTILE = {
    "a symbolic link to a file outside": Hostile("os.symlink('/etc/passwd', 'a')", left_out=("a",)),
    "a symbolic link to a folder outside": Hostile("os.symlink('/etc', 'a')", left_out=("a",)),
    "a symbolic link up": Hostile("os.symlink('../../..', 'a')", left_out=("a",)),
    "a symbolic link inside": Hostile("wrote('b'); os.symlink('b', 'a')", kept=("b",), left_out=("a",)),
    "a symbolic link to itself": Hostile("os.symlink('a', 'a')", left_out=("a",)),
    "a chain of links to the secrets of the machine": Hostile(
        "os.symlink('/proc/self/root', 'a'); os.symlink('a/etc/shadow', 'b')", left_out=("a", "b")
    ),
    "its folder replaced by a link": Hostile(
        "here = os.getcwd(); os.rename(here, here + '.gone'); os.symlink('/etc', here)"
    ),
    "a hard link": Hostile("wrote('a'); os.link('a', 'b')", refused="'b' is not a plain file"),
    "a fifo": Hostile("os.mkfifo('a')", left_out=("a",)),
    "a socket": Hostile("import socket; socket.socket(socket.AF_UNIX).bind('a')", left_out=("a",)),
    "a character device": Hostile("tried(os.mknod, 'a', 0o20666, os.makedev(1, 3))"),
    "a block device": Hostile("tried(os.mknod, 'a', 0o60666, os.makedev(8, 0))"),
    "a newline in a name": Hostile(r"wrote('a\nb')", refused="control"),
    "a name that commands the terminal": Hostile(r"wrote('a\x1b[2Jb')", refused="control"),
    "a name that reads backwards": Hostile(r"wrote('a\u202etxt.exe')", refused="control or invisible"),
    "a name that is no text": Hostile(r"open(b'a\xff', 'w')", refused="control or invisible"),
    "a name with a backslash": Hostile(r"wrote('..\\..\\a')", refused="other places"),
    "a name of a drive": Hostile("wrote('C:a')", refused="other places"),
    "a name of a device": Hostile("wrote('aux.txt')", refused="aux"),
    "names that differ by case": Hostile("wrote('Read'); wrote('read')", refused="cannot both be kept"),
    "a hook of git": Hostile("wrote('.git/hooks/pre-commit')", refused="never written"),
    "a hook of git by another case": Hostile("wrote('.GIT/config')", refused="never written"),
    "a git folder below": Hostile("wrote('a/.git/config')", refused=".git"),
    "our own records": Hostile("wrote('.samokoder/spec.md')", refused="never written"),
    "too many files": Hostile(
        "[wrote(f'a{n:02}') for n in range(30)]",
        kept=tuple(f"a{n:02}" for n in range(20)),
        left_out=(*(f"a{n:02}" for n in range(20, 30)), "program.py"),
    ),
    "too many bytes": Hostile("open('a', 'wb').write(b'x' * (2 << 20))", left_out=("a",)),
    "too many bytes together": Hostile(
        "[open(name, 'wb').write(b'x' * (600 << 10)) for name in 'ab']", kept=("a",), left_out=("b",)
    ),
    "a sparse file": Hostile("open('a', 'wb').truncate(20 << 20)", left_out=("a",)),
    "folders too deep for a path": Hostile(
        "wrote('/'.join(['d' * 100] * 10) + '/a')", refused="1 to 240 characters"
    ),
    "folders too deep for the system": Hostile(
        "for _ in range(60):\n    os.mkdir('d' * 200); os.chdir('d' * 200)\nwrote('a')"
    ),
    "a file nobody may read": Hostile("wrote('a'); os.chmod('a', 0)", left_out=("a",)),
    "a folder nobody may read": Hostile("wrote('a/b'); os.chmod('a', 0)"),
    "a program with the rights of its owner": Hostile("wrote('a'); os.chmod('a', 0o6755)", kept=("a",)),
}
TRIED = "def tried(call, *given):\n    try: call(*given)\n    except OSError: pass\n"


@pytest_asyncio.fixture(loop_scope="module", scope="module", params=SEPARATED)
async def session(request: pytest.FixtureRequest) -> AsyncIterator[Session]:
    made = await runner(request.param, POLICY)
    async with made.open(NOTHING) as opened:
        assert isinstance(opened, Session)
        yield opened


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_hostile_comes_out(session: Session, name: str, tmp_path: Path) -> None:
    hostile, out = HOSTILE[name], tmp_path / "place" / "out"
    text = f"import os\n{WROTE}{TRIED}{hostile.text}\n"
    job = Job(("python", "program.py"), {PROGRAM: text.encode()}, export=True)
    with anyio.fail_after(BOUND):
        done = await session.execute(job)
    assert done.report.exit_code == 0, done.report
    assert set(done.left_out) == set(hostile.left_out)
    if hostile.refused:
        with pytest.raises(UnsafeArchive, match=hostile.refused):
            extract(done.archive, out, FILES, SIZE)
        assert list((tmp_path / "place").iterdir()) == []
        return
    kept = extract(done.archive, out, FILES, SIZE)
    if PROGRAM not in hostile.left_out and "replaced" not in name:
        assert (out / PROGRAM).read_text() == text
    assert set(kept) - {PROGRAM} == set(hostile.kept)
    there = [path for path in out.rglob("*") if not path.is_dir()]
    assert all(path.is_file() and not path.is_symlink() for path in there)
    assert all(path.stat().st_mode & 0o7022 == 0 for path in there)
