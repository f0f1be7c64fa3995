"""The same story with the capabilities of real editors, through pytest-lsp's own client."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

REPOSITORY = Path(__file__).parents[2]
pytestmark = pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning")


def editor() -> LanguageClient:
    """Approves whatever it is asked by a dialog."""
    client = make_test_lsp_client()
    asked: list[types.ShowMessageRequestParams] = []
    client.asked = asked  # type: ignore[attr-defined]

    @client.feature(types.WINDOW_SHOW_MESSAGE_REQUEST)
    def ask(params: types.ShowMessageRequestParams) -> types.MessageActionItem:
        asked.append(params)
        return types.MessageActionItem(title="Approve")

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    def refresh(params: Any) -> None: ...

    return client


EDITORS = ("visual-studio-code", "neovim@v0.7", "neovim@v0.11", "emacs")
CONFIG = ClientServerConfig(
    server_command=[sys.executable, str(REPOSITORY / "tests" / "lsp" / "run_fake_server.py")],
    client_factory=editor,
    server_env={**os.environ},
)


@pytest_lsp.fixture(params=EDITORS, config=CONFIG)
async def client(
    request: pytest.FixtureRequest, lsp_client: LanguageClient, tmp_path: Path
) -> AsyncIterator[None]:
    options = {"samokoder": {"state": str(tmp_path / "state"), "cache": str(tmp_path / "cache")}}
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            root_uri=(tmp_path / "app").as_uri(),
            initialization_options=options,
        )
    )
    yield
    await lsp_client.shutdown_session()


async def command(client: LanguageClient, name: str, **arguments: Any) -> Any:
    params = types.ExecuteCommandParams(command=f"samokoder.{name}", arguments=[arguments])
    return await client.workspace_execute_command_async(params)


async def test_a_run_with_approval_in_this_editor(client: LanguageClient, tmp_path: Path) -> None:
    options = {"approveSpecification": True, "approvePlan": True}
    started = await command(client, "generate", description="books slowly", options=options)
    for _ in range(200):
        picture = await command(client, "show", runId=started["runId"])
        if picture["state"] == "verified":
            break
        if not client.asked and picture["state"] == "waiting":  # type: ignore[attr-defined]
            await command(client, "approve", runId=started["runId"])
        await asyncio.sleep(0.05)
    assert picture["state"] == "verified" and picture["target"] == str(tmp_path / "app")
    ended = [
        values[-1]
        for values in client.progress_reports.values()
        if isinstance(values[-1], types.WorkDoneProgressEnd)
    ]
    assert len(ended) == len(client.progress_reports) > 0
    assert {uri for uri, found in client.diagnostics.items() if found} == set()
    lenses = await client.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier((tmp_path / "app/.samokoder/spec.md").as_uri()))
    )
    assert lenses and any("verified by" in lens.command.title for lens in lenses if lens.command)
