"""The client's secret store is asked only where there is one."""

from __future__ import annotations

from pathlib import Path

from tests.lsp.raw import raw_client

OPTED_IN = {"samokoder": {"secrets": True}}


async def test_a_client_with_a_secret_store_is_asked_for_a_key(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        client.replies["samokoder/getSecret"] = {"value": "sk-from-the-editor"}
        await client.initialize(experimental=OPTED_IN)
        answer = await client.command("models")
        assert answer["result"]["pricesAsOf"] == "sk-from-the-editor"
        asked = client.all("samokoder/getSecret")
        assert [params["name"] for params in asked] == ["openai"]


async def test_a_client_that_has_none_says_so(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        client.replies["samokoder/getSecret"] = {"value": None}
        await client.initialize(experimental=OPTED_IN)
        assert (await client.command("models"))["result"]["pricesAsOf"] == "no key"


async def test_a_client_that_did_not_opt_in_is_not_asked(tmp_path: Path) -> None:
    async with raw_client(tmp_path) as client:
        await client.initialize()
        assert (await client.command("models"))["result"]["pricesAsOf"] == "no key"
        assert client.all("samokoder/getSecret") == []
