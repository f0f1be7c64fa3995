"""What a person does with an editor, command by command, against the real server process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.lsp.conftest import ALL
from tests.lsp.raw import RawClient, raw_client


async def generate(client: RawClient, target: Path, description: str = "books", **more: Any) -> str:
    answer = await client.command("generate", description=description, target=str(target), **more)
    assert "result" in answer, answer
    return str(answer["result"]["runId"])


async def still(client: RawClient, run_id: str) -> Any:
    """The snapshot in which the run is no longer worked on."""
    return await client.message(
        "samokoder/status", lambda s: s["runId"] == run_id and s["state"] != "running"
    )


async def show(client: RawClient, run_id: str) -> Any:
    return (await client.command("show", runId=run_id))["result"]


# ---------------------------------------------------------------------------------------- generating


async def test_a_run_tells_of_itself_until_it_is_verified(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app", "books slowly")
    assert (await still(rich, run_id))["state"] == "verified"
    events = rich.all("samokoder/event")
    assert [event["agent"] for event in events if event["kind"] == "started"][:3] == [
        "SpecWriter",
        "Architect",
        "TechLead",
    ]
    numbers = [message["seq"] for message in (*events, *rich.all("samokoder/status"))]
    assert len(set(numbers)) == len(numbers)
    assert "window/showMessage" not in {message["method"] for message in rich.seen}


async def test_progress_begins_only_grows_and_ends_with_the_end_state(
    rich: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(rich, tmp_path / "app", "books slowly")
    await still(rich, run_id)
    await rich.message("$/progress", lambda p: p["value"]["kind"] == "end")
    values = [progress["value"] for progress in rich.all("$/progress")]
    assert values[0]["kind"] == "begin" and values[0]["cancellable"] is True
    shown = [value["percentage"] for value in values if "percentage" in value]
    assert shown == sorted(shown) and shown[-1] == 100
    assert [value["kind"] for value in values].count("end") == 1
    assert values[-1]["message"].startswith("verified")


async def test_progress_names_the_role_and_the_file_it_writes(rich: RawClient, tmp_path: Path) -> None:
    await generate(rich, tmp_path / "app", "books forever")
    await rich.message("$/progress", lambda p: "Coder app/models.py" in p["value"].get("message", ""))


async def test_a_token_of_the_client_is_used_and_cancelling_it_cancels_the_run(
    rich: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(rich, tmp_path / "app", "books forever", workDoneToken="mine")
    await rich.message("$/progress", lambda p: p["token"] == "mine" and p["value"]["kind"] == "begin")
    await rich.notify("window/workDoneProgress/cancel", {"token": "mine"})
    assert (await still(rich, run_id))["state"] == "cancelled"
    assert rich.all("window/workDoneProgress/create") == []


async def test_a_client_that_can_do_nothing_is_told_by_message_and_command(
    plain: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(plain, tmp_path / "app")
    said = await plain.message("window/showMessage")
    assert "verified" in said["message"]
    assert {message["method"] for message in plain.seen} <= {
        "window/showMessage",
        "window/logMessage",
        "textDocument/publishDiagnostics",
    }
    assert (await show(plain, run_id))["state"] == "verified"


async def test_the_picture_of_a_run_is_whole(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app")
    await still(rich, run_id)
    picture = await show(rich, run_id)
    assert [(r["id"], r["proof"]) for r in picture["requirements"]] == [
        ("R1", "verified"),
        ("R2", "verified"),
    ]
    assert [task["state"] for task in picture["tasks"]] == ["verified"] * 3
    assert {"path", "digest", "inFolder"} == set(picture["files"][0])
    assert picture["checks"][0]["command"] == "python -m pytest -q tests/test_records.py"
    assert picture["checks"][0]["exitCode"] == 0 and picture["checks"][0]["stale"] is False
    assert picture["model"] == "a story" and picture["isolation"]["level"] == "none"
    assert picture["startCommand"] == "python -m app"
    assert json.loads(json.dumps(picture)) == picture
    listed = (await rich.command("runs"))["result"]["runs"]
    assert [(run["runId"], run["state"]) for run in listed] == [(run_id, "verified")]


async def test_two_runs_at_once_work_and_two_in_one_folder_do_not(rich: RawClient, tmp_path: Path) -> None:
    first = await generate(rich, tmp_path / "one", "books forever")
    second = await generate(rich, tmp_path / "two")
    assert (await still(rich, second))["state"] == "verified"
    refused = await rich.command("generate", description="books", target=str(tmp_path / "one"))
    assert refused["error"]["code"] == -32803
    assert refused["error"]["data"]["kind"] == "folderBusy" and refused["error"]["data"]["retryable"]
    assert (await rich.command("cancel", runId=first))["result"]["cancelled"] is True


async def test_bad_input_is_refused_at_once_with_what_to_do(plain: RawClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    good = {"description": "books", "target": str(tmp_path / "app")}
    for wrong, said in (
        ({"description": "  \n"}, "empty"),
        ({"description": "x" * 200_001}, "200,001"),
        ({"description": "\x01\x02\x03\x04"}, "not text"),
        ({"description": "books\0"}, "NUL"),
        ({"target": str(tmp_path / "file")}, "is a file"),
        ({"target": str(tmp_path / ".git" / "app")}, ".git"),
        ({"target": "app"}, "absolute"),
        ({"target": ""}, "absolute"),
    ):
        refused = await plain.command("generate", **{**good, **wrong})
        assert refused["error"]["code"] == -32803, refused
        assert said in refused["error"]["message"] and refused["error"]["data"]["hint"], refused
    for params in (
        {"uri": (tmp_path / "binary").as_uri(), "target": str(tmp_path / "app")},
        {"uri": (tmp_path / "missing.md").as_uri(), "target": str(tmp_path / "app")},
    ):
        assert (await plain.command("generate", **params))["error"]["code"] == -32803
    for params in (
        {"target": "a"},
        {"description": "a", "uri": "b"},
        {"description": "a"},
        {"uri": "untitled:1"},
    ):
        assert (await plain.command("generate", **params))["error"]["code"] in {-32602}, params
    assert (await plain.command("runs"))["result"] == {"runs": []}
    assert not (tmp_path / "app").exists()


# ------------------------------------------------------------------------------- the person is asked


async def test_a_question_is_put_answered_and_the_run_goes_on(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app", options={"ask": True})
    asked = await rich.message("samokoder/question")
    assert asked["runId"] == run_id and asked["options"] == ["all", "staff"] and asked["default"] == "all"
    assert (await still(rich, run_id))["waiting"][0]["questionId"] == "q1"
    unknown = await rich.command("answer", runId=run_id, questionId="q9", text="x")
    assert unknown["error"]["data"]["kind"] == "notFound"
    went_on = await rich.command("answer", runId=run_id, text="staff")
    assert went_on["result"]["runId"] == run_id
    await rich.message("samokoder/status", lambda s: s["state"] == "verified")
    assert len(rich.all("samokoder/question")) == 1


async def test_a_client_that_shows_dialogs_is_asked_by_one(raw: RawClient, tmp_path: Path) -> None:
    raw.replies["window/showMessageRequest"] = {"title": "staff"}
    await raw.initialize(window={"showMessage": {}}, experimental={"samokoder": {"status": True}})
    await generate(raw, tmp_path / "app", options={"ask": True})
    asked = await raw.message("window/showMessageRequest")
    assert [one["title"] for one in asked["actions"]] == ["all", "staff", "Skip"]
    await raw.message("samokoder/status", lambda s: s["state"] == "verified")


async def test_a_person_can_say_that_their_editor_shows_dialogs(raw: RawClient, tmp_path: Path) -> None:
    raw.replies["window/showMessageRequest"] = {"title": "staff"}
    await raw.initialize({"notifications": {"dialog": True, "status": True}})
    await generate(raw, tmp_path / "app", options={"ask": True})
    await raw.message("window/showMessageRequest")
    await raw.message("samokoder/status", lambda s: s["state"] == "verified")


async def test_a_dialog_nobody_answers_leaves_the_question_to_the_command(
    raw: RawClient, tmp_path: Path
) -> None:
    raw.replies["window/showMessageRequest"] = None
    await raw.initialize(window={"showMessage": {}}, experimental={"samokoder": {"status": True}})
    run_id = await generate(raw, tmp_path / "app", options={"approveSpecification": True})
    await raw.message("window/showMessageRequest")
    assert (await still(raw, run_id))["state"] == "waiting"
    assert "result" in await raw.command("approve", runId=run_id)
    await raw.message("samokoder/status", lambda s: s["state"] == "verified")


async def test_lenses_are_asked_for_again_once_the_answer_is_in(raw: RawClient, tmp_path: Path) -> None:
    raw.replies["workspace/codeLens/refresh"] = None
    await raw.initialize(workspace={"codeLens": {"refreshSupport": True}}, experimental=ALL)
    run_id = await generate(raw, tmp_path / "app", "books forever", options={"approveSpecification": True})
    await still(raw, run_id)
    raw.seen.clear()
    await raw.command("approve", runId=run_id)
    await raw.message("samokoder/status", lambda s: s["state"] == "running" and not s["waiting"])
    await raw.until(
        lambda: "workspace/codeLens/refresh" in [m["method"] for m in raw.seen[_first_running(raw) :]]
    )
    assert (await show(raw, run_id))["state"] == "running"


def _first_running(raw: RawClient) -> int:
    """Where the server has first said that work goes on, with nothing to be approved."""
    return next(
        index
        for index, m in enumerate(raw.seen)
        if m["method"] == "samokoder/status"
        and m["params"]["state"] == "running"
        and not m["params"]["waiting"]
    )


async def test_an_edited_specification_is_approved_as_edited(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app", options={"approveSpecification": True})
    await still(rich, run_id)
    place = tmp_path / "app" / ".samokoder" / "spec.md"
    place.write_text(place.read_text().replace("SHALL keep books", "SHALL keep maps"))
    await rich.command("approve", runId=run_id)
    await rich.message("samokoder/status", lambda s: s["state"] == "verified")
    assert (await show(rich, run_id))["requirements"][0]["text"] == "The system SHALL keep maps."
    assert "SHALL keep maps" in place.read_text()


async def test_a_document_that_makes_no_sense_is_not_approved(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app", options={"approvePlan": True})
    await still(rich, run_id)
    place = tmp_path / "app" / ".samokoder" / "plan.md"
    broken = place.read_text().replace("app/style.py", "../../etc/passwd")
    document = {"uri": place.as_uri(), "languageId": "markdown", "version": 1, "text": broken}
    await rich.notify("textDocument/didOpen", {"textDocument": document})
    typed = await rich.message("textDocument/publishDiagnostics", lambda d: d["diagnostics"])
    line = broken.splitlines().index("- files: app/pages.py, ../../etc/passwd")
    assert typed["uri"] == place.as_uri() and typed["diagnostics"][0]["range"]["start"]["line"] == line
    refused = await rich.command("approve", runId=run_id)
    assert refused["error"]["code"] == -32803 and f"line {line + 1}" in refused["error"]["message"]
    assert (await show(rich, run_id))["state"] == "waiting"
    change = {
        "textDocument": {"uri": place.as_uri(), "version": 2},
        "contentChanges": [{"text": place.read_text()}],
    }
    await rich.notify("textDocument/didChange", change)
    await rich.message(
        "textDocument/publishDiagnostics", lambda d: d["uri"] == place.as_uri() and not d["diagnostics"]
    )
    assert "result" in await rich.command("approve", runId=run_id)


# --------------------------------------------------------------------------------- stopping, going on


async def test_cancelling_twice_is_no_error_and_a_cancelled_run_can_be_taken_up(
    rich: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(rich, tmp_path / "app", "books forever")
    await rich.message("samokoder/event", lambda event: event["action"] == "WriteFile")
    first = await rich.command("cancel")
    assert first["result"] == {"runId": run_id, "cancelled": True, "state": "cancelled"}
    second = await rich.command("cancel", runId=run_id)
    assert second["result"] == {"runId": run_id, "cancelled": False, "state": "cancelled"}
    assert (await rich.command("cancel"))["result"]["runId"] is None
    resumed = await rich.command("resume", runId=run_id, more={"calls": 5}, workDoneToken="again")
    assert resumed["result"] == {"runId": run_id, "token": "again", "state": "running"}


async def test_a_fork_shares_the_first_steps_and_is_not_started(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app")
    await still(rich, run_id)
    forked = (await rich.command("fork", runId=run_id, step=2, target=str(tmp_path / "other")))["result"]
    picture = await show(rich, forked["runId"])
    assert (picture["steps"], picture["phase"], picture["state"]) == (2, "planning", "interrupted")
    assert picture["target"] == str(tmp_path / "other")


async def test_a_run_of_another_server_is_running_not_interrupted(rich: RawClient, tmp_path: Path) -> None:
    first = await generate(rich, tmp_path / "app")
    await still(rich, first)
    forked = await rich.command("fork", runId=first, step=3, target=str(tmp_path / "other"))
    run_id = forked["result"]["runId"]
    mark = tmp_path / "state" / "under-way" / f"{run_id}.json"

    async def state(**mark_of: object) -> str:
        mark.write_text(json.dumps({"run": run_id, "target": str(tmp_path / "other"), **mark_of}))
        listed = (await rich.command("runs"))["result"]["runs"]
        states = {run["state"] for run in listed if run["runId"] == run_id}
        assert states == {(await show(rich, run_id))["state"]}
        return str(states.pop())

    assert await state(pid=os.getpid()) == "running"
    refused = (await rich.command("cancel", runId=run_id))["error"]
    assert refused["data"]["kind"] == "folderBusy" and str(os.getpid()) in refused["message"]
    assert await state(pid=os.getpid(), born="another process of that number") == "interrupted"
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    assert await state(pid=gone.pid) == "interrupted"
    assert (await rich.command("cancel", runId=run_id))["result"]["cancelled"]


# ------------------------------------------------------------------------------ findings and evidence


async def test_findings_are_diagnostics_with_repair_waiver_and_evidence(
    rich: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(rich, tmp_path / "app", "failing books")
    assert (await still(rich, run_id))["state"] == "stuck"
    uri = (tmp_path / "app" / "app" / "models.py").as_uri()
    published = await rich.message(
        "textDocument/publishDiagnostics", lambda d: d["uri"] == uri and d["diagnostics"]
    )
    diagnostic = published["diagnostics"][0]
    assert diagnostic["source"] == "samokoder" and "test_keep" in diagnostic["message"]

    where = {
        "textDocument": {"uri": uri},
        "range": diagnostic["range"],
        "context": {"diagnostics": [diagnostic]},
    }
    actions = (await rich.ask("textDocument/codeAction", where))["result"]
    offered = {
        one["command"]["command"]: one["command"]["arguments"][0] for one in actions if "diagnostics" in one
    }
    assert set(offered) == {"samokoder.repair", "samokoder.waive", "samokoder.explain"}

    explained = (await rich.command("explain", **offered["samokoder.explain"]))["result"]
    assert "FAILED tests/test_records.py::test_keep" in explained["markdown"]
    assert explained["uri"].endswith(".md") and Path(explained["uri"].removeprefix("file://")).exists()

    unreasoned = {**offered["samokoder.waive"], "reason": "  "}
    assert (await rich.command("waive", **unreasoned))["error"]["data"]["kind"] == "invalidRequest"
    del unreasoned["reason"]
    refused = (await rich.command("waive", **unreasoned))["error"]
    assert refused["code"] == -32602 and refused["data"]["fields"][0]["field"] == "reason"
    waived = (await rich.command("waive", **offered["samokoder.waive"]))["result"]
    assert [finding["waived"] for finding in waived["findings"]] == ["Accepted by a person in the editor."]
    assert waived["state"] != "verified"
    await rich.message("textDocument/publishDiagnostics", lambda d: d["uri"] == uri and not d["diagnostics"])

    repaired = (await rich.command("repair", **offered["samokoder.repair"]))["result"]
    assert repaired["runId"] == run_id
    unknown = await rich.command("repair", runId=run_id, findingId="none")
    assert "error" in unknown or unknown["result"]["runId"] == run_id


# ------------------------------------------------------------------------------- where one is looking


async def test_lenses_on_our_documents_say_what_can_be_done_and_what_is_proved(
    rich: RawClient, tmp_path: Path
) -> None:
    run_id = await generate(rich, tmp_path / "app", options={"approveSpecification": True})
    await still(rich, run_id)
    uri = (tmp_path / "app" / ".samokoder" / "spec.md").as_uri()
    before = (await rich.ask("textDocument/codeLens", {"textDocument": {"uri": uri}}))["result"]
    assert "samokoder.approve" in {lens["command"]["command"] for lens in before}
    assert [lens["command"]["title"] for lens in before].count("not verified yet") == 2
    await rich.command("approve", runId=run_id)
    await rich.message("samokoder/status", lambda s: s["state"] == "verified")
    after = (await rich.ask("textDocument/codeLens", {"textDocument": {"uri": uri}}))["result"]
    proofs = {
        lens["range"]["start"]["line"]: lens["command"] for lens in after if "·" in lens["command"]["title"]
    }
    lines = (tmp_path / "app" / ".samokoder" / "spec.md").read_text().splitlines()
    assert [lines[line] for line in proofs] == ["### R1 Keep", "### R2 Show"]
    evidence = proofs[lines.index("### R1 Keep")]
    assert "verified by Records" in evidence["title"]
    explained = (await rich.command("explain", **evidence["arguments"][0]))["result"]["markdown"]
    assert "exit code 0" in explained
    assert "samokoder.openPlan" in {lens["command"]["command"] for lens in after}
    opened = (await rich.command("openPlan", runId=run_id))["result"]
    assert opened == {"uri": uri.replace("spec.md", "plan.md"), "shown": False}
    assert (await rich.ask("textDocument/codeLens", {"textDocument": {"uri": "file:///x.py"}}))[
        "result"
    ] == []


async def test_an_application_is_built_from_the_selected_text(rich: RawClient, tmp_path: Path) -> None:
    brief = tmp_path / "notes.md"
    text = "# Notes\n\n😀 Build books now, please\n"
    document = {"uri": brief.as_uri(), "languageId": "markdown", "version": 1, "text": text}
    await rich.notify("textDocument/didOpen", {"textDocument": document})
    selected = {"start": {"line": 2, "character": 3}, "end": {"line": 2, "character": 14}}
    where = {"textDocument": {"uri": brief.as_uri()}, "range": selected, "context": {"diagnostics": []}}
    actions = (await rich.ask("textDocument/codeAction", where))["result"]
    assert [action["kind"] for action in actions] == ["refactor.rewrite.samokoder", "source.samokoder"]
    only = {**where, "context": {"diagnostics": [], "only": ["source"]}}
    assert [a["kind"] for a in (await rich.ask("textDocument/codeAction", only))["result"]] == [
        "source.samokoder"
    ]
    command = actions[0]["command"]
    started = (await rich.ask("workspace/executeCommand", command))["result"]
    picture = await show(rich, started["runId"])
    assert picture["description"] == "Build books"
    assert picture["target"] == str(tmp_path)


async def test_what_a_run_waits_for_is_offered_in_its_folder(rich: RawClient, tmp_path: Path) -> None:
    run_id = await generate(rich, tmp_path / "app", options={"ask": True})
    await still(rich, run_id)
    none = {"line": 0, "character": 0}
    where = {"range": {"start": none, "end": none}, "context": {"diagnostics": []}}
    uri = (tmp_path / "app" / "x.py").as_uri()
    actions = (await rich.ask("textDocument/codeAction", {**where, "textDocument": {"uri": uri}}))["result"]
    titles = [action["title"] for action in actions]
    assert [title.rsplit("? ", 1)[1] for title in titles] == ["all", "staff", "(skip: all)"]
    elsewhere = (tmp_path / "other.py").as_uri()
    assert (await rich.ask("textDocument/codeAction", {**where, "textDocument": {"uri": elsewhere}}))[
        "result"
    ] == []
    await rich.ask("workspace/executeCommand", actions[1]["command"])
    await rich.message("samokoder/status", lambda s: s["state"] == "verified")


# ------------------------------------------------------------------------------------------ settings


async def test_settings_that_cannot_be_used_are_told_and_refused_but_the_doctor_works(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        await client.initialize({"samokoder": {"sandbox": "cloud"}})
        assert "Setting sandbox" in (await client.message("window/showMessage"))["message"]
        refused = await client.command("runs")
        assert refused["error"]["code"] == -32803 and refused["error"]["data"]["kind"] == "setupError"
        looked_at = (await client.command("doctor"))["result"]["checks"]
        assert looked_at[0]["name"] == "settings" and looked_at[0]["ok"] is False


async def test_settings_of_the_editor_are_the_default_of_its_runs(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        await client.initialize({"samokoder": {"ask": True, "notifications": ALL["samokoder"]}})
        run_id = await generate(client, tmp_path / "app")
        assert (await still(client, run_id))["state"] == "waiting"
        other = await generate(client, tmp_path / "other", options={"ask": False})
        assert (await still(client, other))["state"] == "verified"


async def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(plain: RawClient) -> None:
    found = (await plain.command("doctor"))["result"]["checks"]
    assert [(item["name"], item["ok"]) for item in found] == [("python", True), ("model", False)]
    assert found[1]["hint"] == "Start it."
