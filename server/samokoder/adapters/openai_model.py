"""A language model behind any OpenAI-compatible endpoint; the only home of the ``openai`` client.

The client's own retries are off: they know no overall deadline, wait silently, and repeat what cannot help
(an account without credit). What is retried, how long, and when we give up is decided here.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from pydantic import SecretStr

from samokoder.adapters.models.endpoint import FREE, Price
from samokoder.adapters.openai_errors import Trouble, trouble_of, unreadable
from samokoder.domain.message import Message
from samokoder.domain.request import Usage
from samokoder.errors import ModelUnavailable, SetupError
from samokoder.ports import ModelReply, ModelRequest

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletion

EMBEDDED_URL = "http://samokoder.embedded/v1"
"""Never resolved: the transport answers in this process."""
EMBEDDED_MODEL = "samokoder-offline"
EMBEDDED_NAME = "offline rules (embedded)"
_AT_MOST = re.compile(r"at most (\d+) (?:completion|output) tokens")
OPENAI_URL = "https://api.openai.com/v1"
MAX_OUTPUT = 32_000
"""Tokens one answer may have."""
DEADLINE = 900.0
"""Seconds for one call, its retries and waits included."""
RETRIES = 2
RELEARN = 3
"""Times one call may be put differently because the endpoint did not understand it."""
FIRST_WAIT = 0.5

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Dialect:
    """What an endpoint understands; learnt from what it refuses."""

    structured: bool = True
    """Whether it takes ``response_format: json_schema``."""
    limit: str = "max_tokens"
    """What it calls the cap on the answer's length."""
    longest: int = MAX_OUTPUT
    """The largest cap it takes."""

    def without(self, complaint: str) -> Dialect:
        """The dialect that leaves out what was complained about; the same one when nothing fits."""
        if self.structured and ("response_format" in complaint or "json_schema" in complaint):
            return replace(self, structured=False)
        if found := _AT_MOST.search(complaint):
            return replace(self, longest=min(self.longest, int(found[1])))
        if "max_completion_tokens" in complaint and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if "max_completion_tokens" in complaint or "max_tokens" in complaint:
            return replace(self, limit="max_tokens")
        return self


class OpenAIModel:
    """A LanguageModel. Nothing is imported or connected before the first call."""

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: SecretStr | None = None,
        *,
        name: str = "",
        http_client: httpx2.AsyncClient | Callable[[], httpx2.AsyncClient] | None = None,
        price: Price = FREE,
        max_output: int = MAX_OUTPUT,
        deadline: float = DEADLINE,
        retries: int = RETRIES,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self._base_url, self._model, self._key = base_url, model, _sound(api_key)
        self._name = name or f"{model} at {urlsplit(base_url).hostname or base_url}"
        self._http_client, self._price, self._max_output = http_client, price, max_output
        self._deadline, self._retries, self._sleep = deadline, retries, sleep
        self._client: AsyncOpenAI | None = None
        limit = "max_completion_tokens" if base_url.startswith(OPENAI_URL) else "max_tokens"
        self._dialect = Dialect(limit=limit, longest=max_output)
        self._connecting = anyio.Lock()

    @classmethod
    def remote(
        cls, model: str, *, base_url: str = "", api_key: SecretStr | str | None = None, price: Price = FREE
    ) -> OpenAIModel:
        key = SecretStr(api_key) if isinstance(api_key, str) else api_key
        return cls(base_url or OPENAI_URL, model, key, price=price)

    @classmethod
    def embedded(cls, transport: httpx2.AsyncBaseTransport) -> OpenAIModel:
        """The model that answers by rules in this process, through the very same client."""

        def connect() -> httpx2.AsyncClient:
            import httpx2

            return httpx2.AsyncClient(transport=transport, trust_env=False)

        return cls(EMBEDDED_URL, EMBEDDED_MODEL, name=EMBEDDED_NAME, http_client=connect, retries=0)

    def __repr__(self) -> str:
        return f"OpenAIModel({self._name})"

    @property
    def name(self) -> str:
        return self._name

    def worst_case(self, request: ModelRequest) -> Usage:
        """No tokenizer in use makes more tokens than a third of the bytes of prose or code."""
        texts = (*(m.content for m in _messages(request)), json.dumps(request.answer_schema))
        tokens_in = math.ceil(sum(map(_bytes, texts)) / 3) + 64
        dearest = max(self._price.input, self._price.cached or 0)
        cost = Price(input=dearest, output=self._price.output).of(tokens_in, self._max_output)
        return Usage(calls=1, tokens_in=tokens_in, tokens_out=self._max_output, cost=cost)

    async def complete(self, request: ModelRequest) -> ModelReply:
        with anyio.move_on_after(self._deadline):
            return await self._persist(request)
        raise ModelUnavailable(
            f"{self._name} did not answer within {self._deadline:g} s.",
            hint="Try again, or choose a faster model.",
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _persist(self, request: ModelRequest) -> ModelReply:
        """Ask until there is an answer, trying again only what may pass."""
        tried, relearnt = 0, 0
        while True:
            dialect = self._dialect
            answer = await self._ask(request, dialect)
            if not isinstance(answer, Trouble):
                return answer
            learnt = dialect.without(answer.complaint) if answer.status in (400, 422) else dialect
            if learnt != dialect and relearnt < RELEARN:
                self._dialect, relearnt = learnt, relearnt + 1
                continue
            wait = _wait(answer, tried)
            if tried == self._retries or not answer.passing or wait > self._deadline:
                raise answer.error(self._name, self._key)
            tried += 1
            await self._sleep(wait)

    async def _ask(self, request: ModelRequest, dialect: Dialect) -> ModelReply | Trouble:
        client = await self._connected()
        from openai import OpenAIError

        try:
            answer = await client.chat.completions.create(**_body(request, self._model, dialect))
            return self._reply(request, answer)
        except OpenAIError as error:
            return trouble_of(error)
        except (ValueError, TypeError, LookupError, AttributeError):  # the client checks no answer's form
            return unreadable(self._base_url)

    async def _connected(self) -> AsyncOpenAI:
        """The client, made once, in a thread: importing it takes half a second."""
        async with self._connecting:
            if self._client is None:
                self._client = await anyio.to_thread.run_sync(self._connect)
            return self._client

    def _connect(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        given = self._http_client
        client = AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._key.get_secret_value() if self._key else "none",
            max_retries=0,
            timeout=self._deadline,
            http_client=given() if callable(given) else given,
        )
        # what OPENAI_… variables say may be meant for another endpoint
        client.organization = client.project = client.admin_api_key = None
        client._custom_headers = {}
        client.chat.completions.create  # noqa: B018 - loads what the first call would load
        return client

    def _reply(self, request: ModelRequest, answer: ChatCompletion) -> ModelReply:
        choice = answer.choices[0]
        return ModelReply(
            text=choice.message.content or choice.message.refusal or "",
            model=answer.model or self._model,
            usage=self._usage(request, answer),
            truncated=choice.finish_reason == "length",
        )

    def _usage(self, request: ModelRequest, answer: ChatCompletion) -> Usage:
        """As the endpoint counts; the worst case when it does not say."""
        if (used := answer.usage) is None:
            return self.worst_case(request)
        cached = (used.prompt_tokens_details and used.prompt_tokens_details.cached_tokens) or 0
        tokens_in, tokens_out = used.prompt_tokens or 0, used.completion_tokens or 0
        return Usage(
            calls=1,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            tokens_cached=cached,
            cost=self._price.of(tokens_in, tokens_out, cached),
        )


def _body(request: ModelRequest, model: str, dialect: Dialect) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.content} for m in _messages(request)],
        dialect.limit: dialect.longest,
    }
    if dialect.structured:
        # not strict: that mode knows no optional fields
        schema = {"name": request.answer_name, "schema": request.answer_schema, "strict": False}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _messages(request: ModelRequest) -> tuple[Message, ...]:
    """With the schema in words too: some endpoints take ``response_format`` and pay no heed to it."""
    schema = json.dumps(request.answer_schema, ensure_ascii=False, separators=(",", ":"))
    first, *rest = request.messages
    said = Message(role=first.role, content=f"{first.content}\nThe JSON schema of your answer:\n{schema}")
    return (said, *rest) if first.role == "system" else request.messages


def _sound(key: SecretStr | None) -> SecretStr | None:
    """The key without blanks around it; what no header can carry is refused here, where it is not shown."""
    if key is None:
        return None
    text = key.get_secret_value().strip()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise SetupError("The API key holds characters no key has.", hint="Copy the key again, whole.")
    return SecretStr(text) if text else None


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _wait(trouble: Trouble, tried: int) -> float:
    """Seconds: what the endpoint asks for, else twice as long each time, spread out by chance."""
    if trouble.retry_after is not None:
        return trouble.retry_after
    return FIRST_WAIT * float(2**tried) * random.uniform(0.75, 1.25)
