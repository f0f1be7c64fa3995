"""A person reviews what is proposed: by file, by piece, saved or not, with and without an able editor."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.lsp.conftest import ALL
from tests.lsp.raw import CAST, RawClient, raw_client

PROPOSED = "# app/models.py: write\n"


@pytest_asyncio.fixture
async def cast(tmp_path: Path) -> AsyncIterator[RawClient]:
    async with raw_client(tmp_path, command=CAST) as client:
        yield client


async def reviewed(client: RawClient, target: Path, **capabilities: Any) -> str:
    """A run whose files wait for review."""
    await client.initialize(experimental=ALL, **capabilities)
    answer = await client.command(
        "generate", description="books", target=str(target), options={"review": True}
    )
    run_id: str = answer["result"]["runId"]
    state = await client.message(
        "samokoder/status", lambda s: s["runId"] == run_id and s["state"] != "running"
    )
    assert state["state"] == "verified"
    return run_id


async def result(client: RawClient, name: str, **given: Any) -> Any:
    answer = await client.command(name, **given)
    assert "result" in answer, answer
    return answer["result"]


async def open_document(client: RawClient, place: Path, text: str) -> None:
    document = {"uri": place.as_uri(), "languageId": "python", "version": 1, "text": text}
    await client.notify("textDocument/didOpen", {"textDocument": document})


async def test_proposed_files_are_listed_and_accepted_one_by_one_and_all(
    cast: RawClient, tmp_path: Path
) -> None:
    target = tmp_path / "app"
    run_id = await reviewed(cast, target)
    assert not (target / "app").exists()
    listed = await result(cast, "changes", runId=run_id)
    (models,) = [file for file in listed["files"] if file["path"] == "app/models.py"]
    assert models["state"] == "new" and models["hunks"][0]["lines"] == ["+# app/models.py: write"]
    assert listed["waiting"] == len(listed["files"]) == 7
    done = await result(cast, "accept", runId=run_id, path="app/models.py")
    assert done["done"] == ["app/models.py"] and done["changes"]["waiting"] == 6
    assert (target / "app/models.py").read_text() == PROPOSED
    proofs = [r["proof"] for r in (await result(cast, "show", runId=run_id))["requirements"]]
    assert proofs == ["stale", "stale"]
    assert (await result(cast, "accept", runId=run_id, all=True))["changes"]["waiting"] == 0
    shown = await result(cast, "show", runId=run_id)
    assert [r["proof"] for r in shown["requirements"]] == ["verified", "verified"]
    assert all(file["inFolder"] for file in shown["files"])


async def test_pieces_are_accepted_and_rejected_and_the_rejected_come_no_more(
    cast: RawClient, tmp_path: Path
) -> None:
    target = tmp_path / "app"
    (target / "app").mkdir(parents=True)
    mine = target / "app" / "models.py"
    mine.write_text("mine\n" + PROPOSED + "also mine\n")
    run_id = await reviewed(cast, target)
    listed = await result(cast, "changes", runId=run_id)
    (models,) = [file for file in listed["files"] if file["path"] == "app/models.py"]
    first, second = models["hunks"]
    assert (first["before"], first["after"]) == ({"start": 0, "end": 1}, {"start": 0, "end": 0})
    await result(cast, "reject", runId=run_id, path="app/models.py", hunks=[first["id"]])
    done = await result(cast, "accept", runId=run_id, path="app/models.py", hunks=[second["id"]])
    assert mine.read_text() == "mine\n" + PROPOSED
    assert "app/models.py" not in [file["path"] for file in done["changes"]["files"]]
    again = await result(cast, "accept", runId=run_id, all=True)
    assert again["changes"]["waiting"] == 0 and mine.read_text() == "mine\n" + PROPOSED
    shown = await result(cast, "show", runId=run_id)
    assert {r["proof"] for r in shown["requirements"]} == {"stale"}


async def test_judgements_outlive_the_server(tmp_path: Path) -> None:
    async with raw_client(tmp_path, command=CAST) as client:
        run_id = await reviewed(client, tmp_path / "app")
        await result(client, "reject", runId=run_id, path="app/pages.py")
    async with raw_client(tmp_path, command=CAST) as client:
        await client.initialize()
        paths = [file["path"] for file in (await result(client, "changes", runId=run_id))["files"]]
        assert len(paths) == 6 and "app/pages.py" not in paths


async def test_a_stale_piece_or_a_wrong_file_is_refused(cast: RawClient, tmp_path: Path) -> None:
    run_id = await reviewed(cast, tmp_path / "app")
    wrong = await cast.command("accept", runId=run_id, path="app/models.py", hunks=["0-0"])
    assert wrong["error"]["data"]["kind"] == "invalidRequest"
    none = await cast.command("accept", runId=run_id, path="nothing.py")
    assert none["error"]["data"]["kind"] == "notFound"
    assert (await cast.command("accept", runId=run_id))["error"]["code"] == -32602


async def test_unsaved_changes_are_what_it_is_compared_with_and_never_written_over(
    cast: RawClient, tmp_path: Path
) -> None:
    target = tmp_path / "app"
    (target / "app").mkdir(parents=True)
    mine = target / "app" / "models.py"
    mine.write_text("saved\n")
    run_id = await reviewed(cast, target)
    await open_document(cast, mine, "typed\n")
    listed = await result(cast, "changes", runId=run_id)
    (models,) = [file for file in listed["files"] if file["path"] == "app/models.py"]
    assert models["unsaved"] is True and "-typed" in models["hunks"][0]["lines"]
    done = await result(cast, "accept", runId=run_id, path="app/models.py")
    assert done["done"] == [] and "not saved" in done["refused"][0]["reason"]
    assert mine.read_text() == "saved\n"


ABLE: dict[str, Any] = {"workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}}}


async def test_an_open_document_is_edited_by_the_editor_with_its_version(
    cast: RawClient, tmp_path: Path
) -> None:
    target = tmp_path / "app"
    (target / "app").mkdir(parents=True)
    mine = target / "app" / "models.py"
    mine.write_text("saved\n")
    run_id = await reviewed(cast, target, **ABLE)
    await open_document(cast, mine, "typed\n")
    number = await cast.post(
        "workspace/executeCommand",
        {"command": "samokoder.accept", "arguments": [{"runId": run_id, "path": "app/models.py"}]},
    )
    asked = await cast.message("workspace/applyEdit")
    (edit,) = asked["edit"]["documentChanges"]
    assert edit["textDocument"] == {"uri": mine.as_uri(), "version": 1}
    assert edit["edits"][0]["newText"] == PROPOSED
    await cast.notify(
        "textDocument/didChange",
        {
            "textDocument": {"uri": mine.as_uri(), "version": 2},
            "contentChanges": [{"text": PROPOSED}],
        },
    )
    request = next(m for m in cast.seen if m["method"] == "workspace/applyEdit")
    await cast.send({"id": request["id"], "result": {"applied": True}})
    done = (await cast.answer(number))["result"]
    assert done["done"] == done["unsaved"] == ["app/models.py"]
    assert mine.read_text() == "saved\n"  # it is the person's to save


async def test_an_editor_that_only_says_it_applied_is_not_believed(cast: RawClient, tmp_path: Path) -> None:
    target = tmp_path / "app"
    (target / "app").mkdir(parents=True)
    mine = target / "app" / "models.py"
    mine.write_text("saved\n")
    cast.replies["workspace/applyEdit"] = {"applied": True}
    run_id = await reviewed(cast, target, **ABLE)
    await open_document(cast, mine, "saved\n")
    done = await result(cast, "accept", runId=run_id, path="app/models.py")
    assert done["done"] == [] and "did not take" in done["refused"][0]["reason"]
    assert "app/models.py" in [file["path"] for file in done["changes"]["files"]]


async def test_proposed_text_is_served_under_an_address_of_its_own(cast: RawClient, tmp_path: Path) -> None:
    cast.replies["client/registerCapability"] = None
    run_id = await reviewed(
        cast, tmp_path / "app", workspace={"textDocumentContent": {"dynamicRegistration": True}}
    )
    (asked,) = (await cast.message("client/registerCapability"))["registrations"]
    assert asked["method"] == "workspace/textDocumentContent"
    assert asked["registerOptions"]["schemes"] == ["samokoder-proposed"]
    listed = await result(cast, "changes", runId=run_id)
    (models,) = [file for file in listed["files"] if file["path"] == "app/models.py"]
    served = await cast.ask("workspace/textDocumentContent", {"uri": models["proposedUri"]})
    assert served["result"]["text"] == PROPOSED
    assert await result(cast, "proposedText", uri=models["proposedUri"]) == {"text": PROPOSED}
    assert await result(cast, "proposedText", runId=run_id, path="app/models.py") == {"text": PROPOSED}
    wrong = await cast.ask("workspace/textDocumentContent", {"uri": f"samokoder-proposed:/{run_id}/etc"})
    assert wrong["error"]["data"]["kind"] == "notFound"


async def test_a_comment_goes_to_the_agents_and_what_comes_of_it_is_proposed(
    cast: RawClient, tmp_path: Path
) -> None:
    run_id = await reviewed(cast, tmp_path / "app")
    before = len(cast.all("samokoder/status"))
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    begun = await result(cast, "comment", runId=run_id, path="app/models.py", range=span, text="Say volume.")
    assert begun["state"] == "running"
    await cast.until(lambda: any(s["state"] == "verified" for s in cast.all("samokoder/status")[before:]))
    text = (await result(cast, "proposedText", runId=run_id, path="app/models.py"))["text"]
    assert "Say volume." in text


async def test_a_run_is_steered_while_it_goes_on(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    async with raw_client(tmp_path, command=CAST, GATE=str(gate)) as client:
        await client.initialize(experimental=ALL)
        started = await client.command("generate", description="books", target=str(tmp_path / "app"))
        run_id = started["result"]["runId"]
        await client.message("samokoder/event", lambda e: e["agent"] == "Reviewer")
        steered = await result(client, "steer", runId=run_id, text="Use plain words.")
        assert steered == {"runId": run_id, "hints": ["Use plain words."]}
        gate.touch()
        await client.message("samokoder/status", lambda s: s["state"] == "verified")
        ended = await client.command("steer", runId=run_id, text="More.")
        assert ended["error"]["data"]["kind"] == "invalidRequest"


async def test_a_client_that_can_do_nothing_is_told_what_waits_and_accepts_it(
    cast: RawClient, tmp_path: Path
) -> None:
    await cast.initialize()
    given = {"description": "books", "target": str(tmp_path / "app"), "options": {"review": True}}
    run_id = (await result(cast, "generate", **given))["runId"]
    said = await cast.message("window/showMessage")
    assert "7 files wait for your review (samokoder.changes)" in said["message"]
    await result(cast, "accept", runId=run_id, all=True)
    assert (tmp_path / "app" / "app" / "models.py").exists()


def test_the_gate_is_not_set_by_the_environment_of_the_tests() -> None:
    assert "GATE" not in os.environ


async def test_a_text_by_its_digest_is_of_the_run_that_is_named(cast: RawClient, tmp_path: Path) -> None:
    run_id = await reviewed(cast, tmp_path / "app")
    text = await result(cast, "textOf", runId=run_id, path="app/models.py")
    assert text["text"] == PROPOSED
    assert await result(cast, "textOf", runId=run_id, digest=text["digest"]) == text
    fork = (await result(cast, "fork", runId=run_id, step=1, target=str(tmp_path / "fork")))["runId"]
    refused = await cast.command("textOf", runId=fork, digest=text["digest"])
    assert refused["error"]["data"]["kind"] == "notFound"
