"""Settings that change while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lsp.conftest import ALL
from tests.lsp.raw import RawClient, raw_client
from tests.lsp.test_stories import generate, still

CHANGED = "workspace/didChangeConfiguration"
CAN_BE_ASKED: dict[str, Any] = {"workspace": {"configuration": True}}


async def waits(client: RawClient, folder: Path) -> bool:
    """Whether a run begun now waits for an answer."""
    run_id = await generate(client, folder)
    return bool((await still(client, run_id))["state"] == "waiting")


def told(client: RawClient) -> list[str]:
    return [said["message"] for said in client.all("window/showMessage")]


async def test_what_is_sent_counts_for_the_next_run_and_what_is_gone_counts_no_more(
    rich: RawClient, tmp_path: Path
) -> None:
    assert not await waits(rich, tmp_path / "before")
    await rich.notify(CHANGED, {"settings": {"samokoder": {"ask": True, "trace": {"server": "off"}}}})
    assert await waits(rich, tmp_path / "asked")
    await rich.notify(CHANGED, {"settings": {"samokoder": {"ask": None}}})
    assert not await waits(rich, tmp_path / "after")
    assert not told(rich)


async def test_settings_without_our_name_are_ours_and_those_of_others_are_not(
    rich: RawClient, tmp_path: Path
) -> None:
    await rich.notify(CHANGED, {"settings": {"ask": True, "pylsp": {"plugins": {}}}})
    assert await waits(rich, tmp_path / "app")
    assert not told(rich)


async def test_a_client_that_can_be_asked_is_asked_for_our_section(raw: RawClient, tmp_path: Path) -> None:
    raw.replies["workspace/configuration"] = [{"ask": True}]
    await raw.initialize(experimental=ALL, **CAN_BE_ASKED)
    await raw.notify(CHANGED, {"settings": None})
    asked = await raw.message("workspace/configuration")
    assert asked == {"items": [{"section": "samokoder"}]}
    assert await waits(raw, tmp_path / "app")


async def test_one_that_can_be_asked_and_knows_nothing_is_taken_at_what_it_sent(
    raw: RawClient, tmp_path: Path
) -> None:
    raw.replies["workspace/configuration"] = [None]
    await raw.initialize(experimental=ALL, **CAN_BE_ASKED)
    await raw.notify(CHANGED, {"settings": {"samokoder": {"ask": True}}})
    await raw.message("workspace/configuration")
    assert await waits(raw, tmp_path / "app")


async def test_a_run_begins_with_the_settings_that_are_being_asked_for(
    raw: RawClient, tmp_path: Path
) -> None:
    await raw.initialize(experimental=ALL, **CAN_BE_ASKED)
    await raw.command("runs")
    await raw.notify(CHANGED, {"settings": None})
    wanted = {"description": "books", "target": str(tmp_path / "app")}
    begun = await raw.post(
        "workspace/executeCommand", {"command": "samokoder.generate", "arguments": [wanted]}
    )
    await raw.message("workspace/configuration")
    asked = next(one for one in raw.seen if one["method"] == "workspace/configuration")
    await raw.command("runs")  # answered meanwhile
    assert begun not in raw.answers
    await raw.send({"id": asked["id"], "result": [{"ask": True}]})
    run_id = (await raw.answer(begun))["result"]["runId"]
    assert (await still(raw, run_id))["state"] == "waiting"


async def test_empty_settings_leave_those_of_the_start(raw: RawClient, tmp_path: Path) -> None:
    await raw.initialize({"ask": True, "notifications": ALL["samokoder"]})
    await raw.notify(CHANGED, {"settings": {}})
    assert await waits(raw, tmp_path / "app")


async def test_what_needs_a_new_server_is_said_once_and_the_rest_counts(
    rich: RawClient, tmp_path: Path
) -> None:
    await rich.command("runs")
    new = {"ask": True, "model": "openai/big", "previewIdle": 5}
    await rich.notify(CHANGED, {"settings": {"samokoder": new}})
    said = await rich.message("window/showMessage")
    assert said["message"] == "These settings count when the server is started again: model, previewIdle."
    await rich.notify(CHANGED, {"settings": {"samokoder": {**new, "model": "openai/other"}}})
    assert await waits(rich, tmp_path / "app")
    assert len(told(rich)) == 1


async def test_before_the_first_run_everything_can_change(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        await client.initialize()
        await client.notify(CHANGED, {"settings": {"samokoder": {"state": str(tmp_path / "moved")}}})
        await client.command("generate", description="books", target=str(tmp_path / "app"))
        assert (tmp_path / "moved").exists() and not told(client)


async def test_what_cannot_be_used_changes_nothing_and_is_told(rich: RawClient, tmp_path: Path) -> None:
    await rich.notify(CHANGED, {"settings": {"samokoder": {"ask": True, "sandbox": "cloud"}}})
    said = await rich.message("window/showMessage")
    assert said["message"].startswith("The settings stay as they were: Setting sandbox")
    assert not await waits(rich, tmp_path / "app")


async def test_settings_that_were_wrong_at_the_start_can_be_put_right(raw: RawClient, tmp_path: Path) -> None:
    await raw.initialize({"sandbox": "cloud", "notifications": ALL["samokoder"]})
    assert "error" in await raw.command("runs")
    await raw.notify(CHANGED, {"settings": {"samokoder": {"sandbox": "auto"}}})
    assert not await waits(raw, tmp_path / "app")


async def test_the_language_changes_at_once(rich: RawClient) -> None:
    await rich.notify(CHANGED, {"settings": {"samokoder": {"language": "ru"}}})
    refused = await rich.command("show", runId="none")
    assert any("а" <= letter <= "я" for letter in refused["error"]["message"])
