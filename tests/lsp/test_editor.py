"""The Editor port over open documents; and the fake runs against the real ones' face."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import SimpleNamespace

from lsprotocol import types
from pygls.workspace import Workspace

from samokoder.domain.paths import FilePath
from samokoder.lsp.editor import LspEditor
from samokoder.orchestrator.runs import Runs
from tests.lsp.fake_runs import FakeRuns


def opened(**texts: str) -> LspEditor:
    workspace = Workspace(None, types.TextDocumentSyncKind.Full)
    for uri, text in texts.items():
        workspace.put_text_document(
            types.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
        )
    return LspEditor(SimpleNamespace(workspace=workspace))  # type: ignore[arg-type]


async def test_only_open_files_with_changes_on_no_disk_are_unsaved(tmp_path: Path) -> None:
    names = ("saved.py", "changed.py", "windows.py", "closed.py")
    for name in names:
        (tmp_path / name).write_bytes(b"one\ntwo\n")
    texts = {"saved.py": "one\ntwo\n", "changed.py": "one\n", "windows.py": "one\r\ntwo\r\n", "new.py": "x\n"}
    editor = opened(
        **{(tmp_path / name).as_uri(): text for name, text in texts.items()}, **{"untitled:1": "y"}
    )
    paths = [FilePath(name) for name in (*names, "new.py")]
    assert await editor.unsaved(str(tmp_path), paths) == {"changed.py", "new.py"}


def test_the_fake_runs_have_the_face_of_the_real_ones() -> None:
    for name, fake in inspect.getmembers(FakeRuns, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(fake) == inspect.signature(getattr(Runs, name)), name
