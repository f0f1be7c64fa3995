"""The adapter, and a whole run, against a real inference server with a model too small to be of any use."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from samokoder.adapters.models.abilities import probe
from samokoder.adapters.models.dialect import Dialect
from samokoder.adapters.models.discovery import discover
from samokoder.adapters.models.providers import LOCAL
from samokoder.adapters.openai_model import OpenAIModel
from samokoder.domain.message import Message
from samokoder.domain.request import Budget, Options, Request
from samokoder.ports import ModelRequest, Sign
from tests.adapters.model_server import CONTEXT, model_server, needs_model_server
from tests.e2e.worlds import real_world

pytestmark = [pytest.mark.model_server, pytest.mark.timeout(900)]

BOOK = {
    "type": "object",
    "properties": {"title": {"type": "string", "maxLength": 30}, "year": {"type": "integer"}},
    "required": ["title", "year"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    needs_model_server()
    with model_server(tmp_path_factory.mktemp("model") / "server.log") as address:
        yield address


def ask(words: str, schema: dict[str, object] = BOOK, name: str = "book") -> ModelRequest:
    said = (Message(role="system", content="You list books."), Message(role="user", content=words))
    return ModelRequest(agent="a", messages=said, answer_name=name, answer_schema=schema)


def small(url: str, tokens: int = 120, **options: object) -> OpenAIModel:
    return OpenAIModel(url, "smollm2", max_output=tokens, **options)  # type: ignore[arg-type]


async def test_it_is_found_by_itself_with_the_context_it_runs_with_and_what_it_can_do(url: str) -> None:
    (here,) = (provider for provider in LOCAL if provider.name == "llamacpp")
    (found,) = await discover([here.model_copy(update={"base_url": url})])
    assert (found.name, found.abilities.context) == ("llamacpp/smollm2", CONTEXT)
    able = await probe(found)
    assert able.streaming and able.json_schema and able.json_mode and not able.reasoning_effort


@pytest.mark.parametrize("form", ["strict", "schema"])
async def test_an_answer_by_schema_has_the_form_that_was_asked_for(url: str, form: str) -> None:
    model = small(url, dialect=Dialect(forms=(form, "text")))  # type: ignore[arg-type]
    reply = await model.complete(ask("One book about the sea."))
    assert not reply.truncated
    assert set(json.loads(reply.text)) == {"title", "year"}
    await model.close()


async def test_tokens_are_the_servers_own_count_and_within_the_worst_case(url: str) -> None:
    model = small(url)
    request = ask("One book about the sea.")
    worst, spent = model.worst_case(request), (await model.complete(request)).usage
    assert 20 < spent.tokens_in <= worst.tokens_in and 5 < spent.tokens_out <= worst.tokens_out
    assert spent != worst, "counted, not guessed"
    await model.close()


async def test_an_answer_is_streamed_and_one_that_is_cut_off_says_so(url: str) -> None:
    signs: list[Sign] = []
    model = small(url, tokens=60, dialect=Dialect(forms=("text",)))
    reply = await model.complete(ask("Tell me a long story about the sea."), signs.append)
    sizes = [sign.characters for sign in signs if sign.kind == "writing"]
    assert reply.truncated and len(set(sizes)) > 3 and sizes == sorted(sizes)
    await model.close()


async def test_a_cancelled_call_is_over_at_once_and_the_server_is_free_again(url: str) -> None:
    model = small(url, tokens=2_000, dialect=Dialect(forms=("text",)))
    await small(url, tokens=1).complete(ask("Hi"))
    began = time.monotonic()
    with anyio.move_on_after(1):
        await model.complete(ask("Count from one to ten thousand."))
    assert time.monotonic() - began < 2
    with anyio.fail_after(60):  # its one place would be taken for minutes if it went on
        await small(url, tokens=5).complete(ask("Hi"))
    await model.close()


async def test_a_whole_run_with_a_hopeless_model_ends_in_an_honest_state(url: str, tmp_path: Path) -> None:
    model = small(url, tokens=300)
    options = Options(budget=Budget(calls=12, seconds=60))
    request = Request(description="A list of books", target=str(tmp_path / "app"), options=options)
    async with real_world(tmp_path, model=model) as (runs, listener):
        run = await runs.wait(await runs.start(request))
        assert run.end is not None and run.end.kind in {"stuck", "budget_exhausted", "blocked"}, run.end
        assert run.end.reason
    assert any(news.agent == "SpecWriter" for news in listener.news)
    assert not list((tmp_path / "app").rglob("*.py"))
