"""A person who does not program can follow what is done, down to what was asked and answered."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from samokoder.domain.outcome import Outcome
from samokoder.lsp.following import SENTENCES
from tests.lsp.raw import CAST, raw_client
from tests.lsp.test_reviewing import result, reviewed


def test_every_outcome_has_its_sentence() -> None:
    kinds = {kind.model_fields["kind"].default for kind in get_args(get_args(Outcome)[0])}
    assert kinds <= set(SENTENCES)


async def test_plan_log_and_exchange_tell_of_the_whole_run(tmp_path: Path) -> None:
    async with raw_client(tmp_path, command=CAST) as client:
        run_id = await reviewed(client, tmp_path / "app")
        plan = await result(client, "plan", runId=run_id)
        tasks = [task for epic in plan["epics"] for task in epic["tasks"]]
        assert [task["state"] for task in tasks] == ["verified"] * 3
        assert {file["state"] for task in tasks for file in task["files"]} == {"proposed"}
        assert {check["state"] for task in tasks for check in task["checks"]} == {"verified"}
        log = await result(client, "log", runId=run_id)
        assert log["next"] == plan["revision"] == len(log["entries"])
        (wrote,) = [entry for entry in log["entries"] if entry["text"] == "Wrote app/models.py."]
        assert wrote["agent"] == "CodeMonkey" and wrote["hasExchange"]
        assert (await result(client, "log", runId=run_id, after=log["next"]))["entries"] == []
        said = (await result(client, "exchange", runId=run_id, step=wrote["step"]))["markdown"]
        assert "# code_monkey asked player" in said and "# app/models.py: write" in said
        silent = next(entry for entry in log["entries"] if not entry["hasExchange"])
        none = await client.command("exchange", runId=run_id, step=silent["step"])
        assert none["error"]["data"]["kind"] == "notFound"
