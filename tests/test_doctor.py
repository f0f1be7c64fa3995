"""The doctor looks at everything, and says of each thing that is not well how to mend it."""

from __future__ import annotations

import socket
from pathlib import Path

from pydantic import SecretStr

from samokoder.doctor import examine
from samokoder.settings import OwnEndpoint, Settings
from tests.adapters.models.loopback import Answer, Asked, serving


async def test_what_is_not_well_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("no database")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        settings = Settings(
            state=tmp_path,
            cache=tmp_path / "cache",
            model="m",
            base_url=address,
            api_key=SecretStr("sk-secret"),
        )
        found = {item.name: item for item in await examine(settings)}
    assert found["python"].ok
    assert not found["state"].ok and "move the file aside" in found["state"].hint
    assert (
        not found["model"].ok
        and address in found["model"].found
        and "SAMOKODER_BASE_URL" in found["model"].hint
    )
    assert {"sandbox docker", "sandbox bubblewrap", "sandbox local-unsafe"} <= set(found)
    assert found["sandbox local-unsafe"].ok and not found["sandbox docker"].needed
    assert "sk-secret" not in repr(found)


async def test_each_chosen_model_is_looked_at_with_its_key_and_its_price(tmp_path: Path) -> None:
    async def secret(name: str) -> SecretStr | None:
        return SecretStr("sk-right")

    def listing(asked: Asked) -> Answer:
        right = asked.headers.get("authorization") == "Bearer sk-right"
        return (200, {"data": [{"id": "a"}]}) if right else (401, {})

    async with serving(listing) as server:
        settings = Settings(
            state=tmp_path,
            cache=tmp_path / "cache",
            model="work/a, work/b",
            endpoints={"work": OwnEndpoint(base_url=f"{server.address}/v1")},
        )
        found = [item for item in await examine(settings, secret, {}) if item.name == "model"]
        refused = [item for item in await examine(settings, environment={}) if item.name == "model"]
    assert [item.ok for item in found] == [True, False] and "does not list" in found[1].found
    assert not any(item.ok for item in refused) and "refused the key" in refused[0].found


async def test_an_embedded_model_and_an_empty_state_are_well(tmp_path: Path) -> None:
    settings = Settings(state=tmp_path / "new", cache=tmp_path / "cache", sandbox="local-unsafe")
    found = {item.name: item for item in await examine(settings)}
    assert found["state"].ok and found["model"].ok and found["sandbox local-unsafe"].needed
