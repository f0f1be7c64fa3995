"""The embedded model through the real client: every role, plain chat, streams, refusals."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from openai import AsyncOpenAI, BadRequestError, InternalServerError, NotFoundError

from samokoder.adapters.openai_model import OpenAIModel
from samokoder.agents.agent import Agent
from samokoder.agents.rendering import render
from samokoder.errors import ModelUnavailable
from samokoder.offline.chat import BadRequest
from samokoder.offline.responder import respond
from samokoder.offline.transport import OfflineTransport
from samokoder.ports import ModelRequest
from tests.agents.briefs import AGENTS, every_brief
from tests.offline.blueprints import BOOKS


def request(agent: Agent[Any, Any], brief: Any = None) -> ModelRequest:
    return ModelRequest(
        agent=agent.name,
        messages=agent.question(brief or every_brief()[agent.name]),
        answer_name=agent.name,
        answer_schema=agent.schema,
    )


def body(agent: Agent[Any, Any], **more: Any) -> dict[str, Any]:
    messages = [m.model_dump() for m in agent.question(every_brief()[agent.name])]
    form = {"type": "json_schema", "json_schema": {"name": agent.name, "schema": agent.schema}}
    return {"model": "samokoder-offline", "messages": messages, "response_format": form, **more}


@pytest.fixture
async def client() -> AsyncIterator[AsyncOpenAI]:
    http = httpx2.AsyncClient(transport=OfflineTransport(BOOKS))
    async with AsyncOpenAI(
        base_url="http://samokoder.embedded/v1", api_key="none", http_client=http
    ) as opened:
        yield opened


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
async def test_every_role_gives_an_answer_nothing_is_to_be_objected_to(agent: Any) -> None:
    model = OpenAIModel.embedded(OfflineTransport(BOOKS))
    reply = await model.complete(request(agent))
    await model.close()
    answer = agent.answer.model_validate_json(reply.text)
    assert agent.objection(every_brief()[agent.name], answer) == ""
    assert (reply.usage.calls, reply.usage.cost, reply.model) == (1, 0, "samokoder-offline")
    assert reply.usage.tokens_in > 100


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_the_same_request_gives_the_same_answer(agent: Any) -> None:
    assert respond(body(agent), BOOKS) == respond(body(agent), BOOKS)


async def test_a_plain_chat_is_told_who_answers(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="samokoder-offline", messages=[{"role": "user", "content": "Hello!"}]
    )
    assert "built into Samokoder" in str(answer.choices[0].message.content)


async def test_a_stream_brings_the_same_answer_in_pieces(client: AsyncOpenAI) -> None:
    agent = AGENTS[1]
    whole = respond(body(agent), BOOKS)
    options = {"include_usage": True}
    stream = await client.chat.completions.create(**body(agent, stream=True, stream_options=options))
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole["choices"][0]["message"]["content"] and len(pieces) > 4
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage and chunks[-1].usage.model_dump(exclude_none=True) == whole["usage"]


async def test_an_answer_longer_than_permitted_is_cut_and_says_so(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(**body(AGENTS[1], max_tokens=10))
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage and answer.usage.completion_tokens == 10


async def test_the_model_is_listed(client: AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["samokoder-offline"]
    assert (await client.models.retrieve("samokoder-offline")).id == "samokoder-offline"


async def test_what_is_not_there_is_not_found(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError):
        await client.embeddings.create(model="samokoder-offline", input="x")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "messages[0].content"),
        ({"messages": "hello"}, "messages"),
        ({"model": 5}, "model"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_completion_tokens": "many"}, "max_completion_tokens"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
    ],
)
async def test_a_malformed_request_is_refused_by_name(
    changes: dict[str, Any], named: str, client: AsyncOpenAI
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.post("/chat/completions", body={**body(AGENTS[0]), **changes}, cast_to=object)
    assert caught.value.param == named


async def test_a_request_that_is_no_json_is_refused() -> None:
    async with httpx2.AsyncClient(transport=OfflineTransport(BOOKS)) as http:
        for content in (b"", b"{", b"[1]", b"\xff", b"[" * 100_000):
            answer = await http.post("http://samokoder.embedded/v1/chat/completions", content=content)
            assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_a_brief_of_another_role_is_refused() -> None:
    asked = body(AGENTS[0])
    asked["response_format"]["json_schema"]["name"] = "architect"
    with pytest.raises(BadRequest, match=r"architect: specification"):
        respond(asked, BOOKS)


def test_a_brief_in_parts_of_content_is_understood() -> None:
    asked = body(AGENTS[0])
    text = asked["messages"][1]["content"]
    asked["messages"][1]["content"] = [{"type": "text", "text": text[:9]}, {"type": "text", "text": text[9:]}]
    assert respond(asked, BOOKS)["choices"] == respond(body(AGENTS[0]), BOOKS)["choices"]


def test_complaints_about_an_answer_do_not_hide_the_brief() -> None:
    asked = body(AGENTS[0])
    asked["messages"] += [
        {"role": "assistant", "content": "{}"},
        {"role": "user", "content": "This cannot be used."},
    ]
    assert respond(asked, BOOKS)["choices"] == respond(body(AGENTS[0]), BOOKS)["choices"]


async def test_a_fault_of_the_rules_costs_one_answer_and_is_not_tried_again() -> None:
    asked: list[str] = []

    def broken(model: Any, path: str) -> str:
        asked.append(path)
        raise ZeroDivisionError

    agent = next(agent for agent in AGENTS if agent.name == "code_monkey")
    http = httpx2.AsyncClient(transport=OfflineTransport(replace(BOOKS, text=broken)))
    async with AsyncOpenAI(
        base_url="http://samokoder.embedded/v1", api_key="none", http_client=http
    ) as client:
        with pytest.raises(InternalServerError, match="ZeroDivisionError"):
            await client.chat.completions.create(**body(agent))
    assert len(asked) == 1


async def test_a_file_no_rule_knows_is_refused_with_what_to_do() -> None:
    agent = next(agent for agent in AGENTS if agent.name == "code_monkey")
    brief = every_brief()["code_monkey"]
    brief = brief.model_copy(update={"order": brief.order.model_copy(update={"path": "app/other.py"})})  # type: ignore[attr-defined]
    model = OpenAIModel.embedded(OfflineTransport(BOOKS))
    with pytest.raises(ModelUnavailable, match=r"no rules for app/other\.py.*connect a language model"):
        await model.complete(request(agent, brief))


async def test_rules_are_applied_beside_the_event_loop() -> None:
    threads: list[str] = []

    def text(model: Any, path: str) -> str:
        threads.append(threading.current_thread().name)
        return BOOKS.text(model, path)

    agent = next(agent for agent in AGENTS if agent.name == "code_monkey")
    model = OpenAIModel.embedded(OfflineTransport(replace(BOOKS, text=text)))
    await model.complete(request(agent))
    assert threads and threading.main_thread().name not in threads


def test_the_brief_the_client_sends_is_the_one_that_was_rendered() -> None:
    brief = every_brief()["spec_writer"]
    assert body(AGENTS[0])["messages"][1]["content"] == render(brief)
