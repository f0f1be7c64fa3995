"""A language model behind any OpenAI-compatible endpoint; the only home of the ``openai`` client.

The client's own retries are off: they know no overall deadline, wait silently, and repeat what cannot help
(an account without credit). What is retried, how long, and when we give up is decided here. Answers are
streamed and decoded here too; the client keeps its part: authorization, connections, errors.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from pydantic import SecretStr

from samokoder.adapters.models.dialect import MAX_OUTPUT, Dialect, Form, messages
from samokoder.adapters.models.endpoint import FREE, Price
from samokoder.adapters.models.events import EventStream, Heard, Unreadable
from samokoder.adapters.models.pace import Pace
from samokoder.adapters.models.trouble import Trouble, cut_off, trouble_in, trouble_of, unreadable
from samokoder.domain import fenced
from samokoder.domain.request import Usage
from samokoder.errors import ModelUnavailable, SetupError
from samokoder.ports import ModelReply, ModelRequest, Sign, Watch, unwatched

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

EMBEDDED_URL = "http://samokoder.embedded/v1"
"""Never resolved: the transport answers in this process."""
EMBEDDED_MODEL = "samokoder-offline"
EMBEDDED_NAME = "offline rules (embedded)"
OPENAI_URL = "https://api.openai.com/v1"
DEADLINE = 900.0
"""Seconds for one call, its retries and waits included."""
SILENCE = 90.0
"""Seconds a stream that has begun may say nothing."""
RETRIES = 6
NEVER_REACHED = 2
"""Retries of an endpoint that has not answered once: its address is probably wrong."""
RELEARN = 6
"""Times one call may be put differently because the endpoint did not understand it."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
BATCH = 0.04
"""Seconds between two signs of life."""
CONNECT = 10.0
"""Seconds to make a connection."""
LINGER = 0.5
"""Seconds a stream may stay open after its end mark."""
LARGEST = 16 * 1024 * 1024
"""Bytes of one answer on the wire; an endpoint that sends more has lost its way."""

Sleep = Callable[[float], Awaitable[None]]


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
        dialect: Dialect | None = None,
        max_output: int = MAX_OUTPUT,
        pace: Pace | None = None,
        deadline: float = DEADLINE,
        silence: float = SILENCE,
        retries: int = RETRIES,
        sleep: Sleep = anyio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url, self._model, self._key = base_url, model, _sound(api_key)
        self._name = name or f"{model} at {urlsplit(base_url).hostname or base_url}"
        self._http_client, self._price, self._max_output = http_client, price, max_output
        self._deadline, self._silence, self._retries = deadline, silence, retries
        self._sleep, self._clock = sleep, clock
        limit = "max_completion_tokens" if base_url.startswith(OPENAI_URL) else "max_tokens"
        self._dialect = replace(dialect or Dialect(limit=limit), longest=max_output)
        self._pace = pace or Pace()
        self._client: AsyncOpenAI | None = None
        self._connecting = anyio.Lock()
        self._reached = False

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

        return cls(
            EMBEDDED_URL,
            EMBEDDED_MODEL,
            name=EMBEDDED_NAME,
            http_client=connect,
            dialect=Dialect(forms=("schema", "text")),
            pace=Pace(1_000),
            retries=0,
        )

    def __repr__(self) -> str:
        return f"OpenAIModel({self._name})"

    @property
    def name(self) -> str:
        return self._name

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        """No tokenizer in use makes more tokens than a third of the bytes of prose or code."""
        said = messages(request, self._dialect.form(request))
        texts = (*(m.content for m in said), json.dumps(request.answer_schema))
        tokens_in = math.ceil(sum(map(_bytes, texts)) / 3) + 64
        dearest = max(self._price.input, self._price.cached or 0)
        tokens_out = self._max_output if written is None else min(written, self._max_output)
        cost = Price(input=dearest, output=self._price.output).of(tokens_in, tokens_out)
        return Usage(calls=1, tokens_in=tokens_in, tokens_out=tokens_out, cost=cost)

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        with anyio.move_on_after(self._deadline):
            return await self._persist(request, watch)
        raise ModelUnavailable(
            f"{self._name} did not answer within {self._deadline:g} s.",
            hint="Try again, or choose a faster model.",
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    # ------------------------------------------------------------------------------ trying and waiting

    async def _persist(self, request: ModelRequest, watch: Watch) -> ModelReply:
        """Ask until there is an answer, trying again only what may pass."""
        tried, relearnt, until = 0, 0, self._clock() + self._deadline
        while True:
            dialect = self._dialect
            answer = await self._ask(request, dialect, watch)
            if not isinstance(answer, Trouble):
                return answer
            if relearnt < RELEARN and self._learn(answer, dialect, dialect.form(request)):
                relearnt += 1
                continue
            wait = _wait(answer, tried)
            if tried >= self._tries(answer) or not answer.passing or wait > until - self._clock():
                raise answer.error(self._name, self._key)
            tried += 1
            watch(Sign(kind="waiting", seconds=wait, why=answer.what))
            await self._sleep(wait)

    def _tries(self, trouble: Trouble) -> int:
        patient = self._reached or trouble.status is not None
        return self._retries if patient else min(self._retries, NEVER_REACHED)

    def _learn(self, trouble: Trouble, dialect: Dialect, form: Form) -> bool:
        """Whether it is worth asking again in another way; what is learnt holds for later calls too."""
        if trouble.status not in (400, 422):
            return False
        learnt = dialect.without(trouble.complaint, form)
        if self._dialect is dialect:  # else a call beside this one was quicker
            self._dialect = learnt
        return learnt != dialect

    async def _ask(self, request: ModelRequest, dialect: Dialect, watch: Watch) -> ModelReply | Trouble:
        async with self._pace.slot() as sent_in:
            client = await self._connected()
            watch(Sign(kind="asked"))
            heard = await self._call(client, dialect.body(request, self._model), watch)
        if isinstance(heard, Trouble):
            watch(Sign(kind="refused"))
            self._reached |= heard.status is not None
            if heard.status == 429:
                self._pace.too_many(sent_in)
            return heard
        self._reached = True
        self._pace.went_well()
        try:
            return self._reply(request, heard, dialect.form(request))
        except (ValueError, TypeError, AttributeError):  # nobody checked the form of the counts
            return unreadable(self._base_url)

    # ---------------------------------------------------------------------------------------- the wire

    async def _call(self, client: AsyncOpenAI, body: dict[str, Any], watch: Watch) -> Heard | Trouble:
        import httpx2
        from openai import OpenAIError

        heard = Heard()
        create = client.chat.completions.with_streaming_response.create
        try:
            # as extra body: the client would transform every message by its type, at the cost of a whole call
            async with create(model=self._model, messages=(), extra_body=body) as response:
                await self._read(response.http_response, heard, watch)
        except OpenAIError as error:
            return trouble_of(error)
        except Unreadable:
            return heard if heard.characters else unreadable(self._base_url)
        except httpx2.HTTPError as error:
            return heard if heard.characters else cut_off(type(error).__name__)
        if heard.characters or ((heard.done or heard.finish) and not heard.error):
            return heard
        return trouble_in(heard.error) if heard.error else cut_off()

    async def _read(self, response: httpx2.Response, heard: Heard, watch: Watch) -> None:
        """Until the end, or until a stream that had begun says nothing more. Raises Unreadable."""
        streamed = "text/event-stream" in response.headers.get("content-type", "")
        events, whole, size, told = EventStream(), bytearray(), 0, 0.0
        with anyio.CancelScope() as scope:
            async for piece in response.aiter_bytes():
                if (size := size + len(piece)) > LARGEST:
                    raise Unreadable
                if not streamed:
                    whole += piece
                    continue
                for data in events.feed(piece):
                    heard.take(data)
                now = time.monotonic()
                if heard.characters and now - told >= BATCH:
                    told, scope.deadline = now, anyio.current_time() + self._silence
                    watch(Sign(kind="writing", characters=heard.characters))
                if heard.done:  # what follows only frees the connection for the next call
                    scope.deadline = anyio.current_time() + LINGER
            if streamed:
                for data in events.end():
                    heard.take(data)
            else:
                heard.take_whole(bytes(whole))

    async def _connected(self) -> AsyncOpenAI:
        """The client, made once, in a thread: importing it takes half a second."""
        async with self._connecting:
            if self._client is None:
                try:
                    self._client = await anyio.to_thread.run_sync(self._connect, abandon_on_cancel=True)
                except SetupError as error:
                    raise ModelUnavailable(f"{self._name}: {error}", hint=error.hint) from None
            return self._client

    def _connect(self) -> AsyncOpenAI:
        import httpx2
        from openai import AsyncOpenAI

        from samokoder.adapters.models import wire

        given = self._http_client or partial(wire.client, self._base_url, follow_redirects=True)
        client = AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._key.get_secret_value() if self._key else "none",
            max_retries=0,
            timeout=httpx2.Timeout(self._deadline, connect=CONNECT),
            http_client=given() if callable(given) else given,
        )
        # what OPENAI_… variables say may be meant for another endpoint
        client.organization = client.project = client.admin_api_key = None
        client._custom_headers = {}
        client.chat.completions.with_streaming_response  # noqa: B018 - loads what the first call would load
        return client

    def _reply(self, request: ModelRequest, heard: Heard, form: Form) -> ModelReply:
        return ModelReply(
            text=_read(request, heard, form),
            model=heard.model or self._model,
            usage=self._usage(request, heard.usage),
            truncated=not heard.whole,
        )

    def _usage(self, request: ModelRequest, used: Mapping[str, Any] | None) -> Usage:
        """As the endpoint counts; the worst case when it does not say."""
        if used is None:
            return self.worst_case(request)
        cached = (used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        tokens_in, tokens_out = used.get("prompt_tokens") or 0, used.get("completion_tokens") or 0
        return Usage(
            calls=1,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            tokens_cached=cached,
            cost=self._price.of(tokens_in, tokens_out, cached),
        )


def _read(request: ModelRequest, heard: Heard, form: Form) -> str:
    """The answer as JSON; as it came when it is none, or only a piece of one."""
    if form != "text" or request.form == "rest" or not heard.whole:
        return heard.text
    try:
        return fenced.as_json(request.answer_schema, heard.text)
    except fenced.NotFenced:
        return heard.text


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
    if trouble.retry_after:
        return trouble.retry_after
    return min(LONGEST_WAIT, FIRST_WAIT * float(2**tried)) * random.uniform(0.75, 1.25)
