"""Looks which models can be reached, what they can do, and whether the person's choice works."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import anyio

from samokoder import models
from samokoder.adapters.models import abilities, discovery, listing
from samokoder.adapters.models.connecting import connect
from samokoder.adapters.models.endpoint import FREE, Endpoint, Price
from samokoder.adapters.models.fetching import Fetched, asking
from samokoder.adapters.models.keys import Keys, Secret
from samokoder.adapters.models.prices import priced, table
from samokoder.adapters.models.providers import Provider
from samokoder.adapters.models.remembered import Remembered
from samokoder.domain.message import Message
from samokoder.errors import InvalidRequest, ModelUnavailable, NoKey
from samokoder.lsp.results.models import AbilitiesResult, ModelList, ModelResult, ModelTest, PriceResult
from samokoder.ports import ModelRequest
from samokoder.settings import Settings

LISTING_TIME = 10.0
"""Seconds a provider gets to list its models."""
NO_CHAT = re.compile(
    r"embed|whisper|tts|dall-e|image|moderation|realtime|audio|transcribe|rerank|sora|babbage|davinci|guard"
)
"""In names of models that do not chat; providers list them among the others."""
CHEAP = ModelRequest(
    agent="test",
    messages=(Message(role="user", content="Say ok."),),
    answer_name="test",
    answer_schema={"type": "object"},
    form="text",
)
TEST_TIME = 60.0
NO_LIST = (404, 405)
"""Answers of an endpoint that is there but lists nothing."""


@dataclass(frozen=True)
class Seen:
    """An endpoint that was looked for."""

    endpoint: Endpoint
    why_not: str = ""


class Survey:
    """With one person's settings, environment and keys."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], secret: Secret) -> None:
        self._providers = models.providers(settings, environment)
        self._choice = models.choice(settings, environment)
        self._prices = models.own_prices(settings, environment)
        self._keys: Keys = models.keys(settings, environment, secret)
        self._memory = Remembered(settings.model_memory)

    async def look(self, probe: bool) -> ModelList:
        """All that can be reached. Free models of the person's choice are tried anew when that was long ago;
        others only on request, since it costs a few hundred tokens."""
        failed: dict[str, str] = {}
        seen = await self._reach(failed)
        chosen = {endpoint.name for endpoint in self._choice.endpoints}
        async with anyio.create_task_group() as group:
            for item in seen.values():
                if item.endpoint.name in chosen and not item.why_not:
                    group.start_soon(self._try, item.endpoint, probe)
        listed = [self._result(item) for item in seen.values()]
        return ModelList(
            models=(_embedded(not chosen), *listed),
            unreachable=tuple(sorted(failed.values())),
            prices_as_of=table().as_of,
        )

    async def chosen(self) -> list[Seen]:
        """What the person has set, and why it cannot be reached."""
        if not self._choice.endpoints:
            return []
        seen = await self._reach({})
        return [seen[endpoint.name] for endpoint in self._choice.endpoints]

    async def test(self, name: str | None) -> ModelTest:
        """One call of a few tokens, with the key as a run would find it."""
        endpoint = self._endpoint(name)
        found = await self._keys.find(self._providers.known[endpoint.provider])
        how = models.how_to_set(self._providers.known[endpoint.provider])
        if found is None and how:
            return _failed(
                endpoint, NoKey(f"There is no key for {endpoint.name}.", hint=how), time.monotonic()
            )
        key = found.key if found else None
        small = endpoint.abilities.model_copy(update={"max_output": abilities.LONGEST})
        keyed = endpoint.model_copy(update={"key": key, "abilities": small})
        model = connect(keyed, retries=0, deadline=TEST_TIME)
        began = time.monotonic()
        try:
            used = (await model.complete(CHEAP)).usage
        except ModelUnavailable as error:
            return _failed(endpoint, error, began)
        finally:
            await model.close()
        return ModelTest(
            ok=True,
            model=endpoint.name,
            seconds=round(time.monotonic() - began, 3),
            tokens_in=used.tokens_in,
            tokens_out=used.tokens_out,
            cost=used.cost if endpoint.price else None,
            error="",
            hint="",
        )

    def _endpoint(self, name: str | None) -> Endpoint:
        if name:
            return priced(self._providers.endpoint(name), self._prices)
        if not self._choice.endpoints:
            raise InvalidRequest("The embedded model is at work; it needs no test.", hint="Name a model.")
        return self._choice.endpoints[0]

    # ------------------------------------------------------------------------------------- reaching them

    async def _reach(self, failed: dict[str, str]) -> dict[str, Seen]:
        """By name. Those of the person's choice are there even when they cannot be reached; why providers
        could not be is put into ``failed``."""
        found: dict[str, Seen] = {}
        reached: set[str] = set()

        async def remote(provider: Provider) -> None:
            try:
                listed = await self._listed(provider)
            except Fetched as error:
                if error.status in NO_LIST:
                    return
                failed[provider.name] = _words(provider, error)
                return
            reached.add(provider.name)
            found.update({e.name: Seen(e) for e in listed})

        async def local() -> None:
            for endpoint in await discovery.discover(self._local()):
                reached.add(endpoint.provider)
                found[endpoint.name] = Seen(endpoint)

        async with anyio.create_task_group() as group:
            group.start_soon(local)
            for provider in await self._worth_asking():
                group.start_soon(remote, provider)
        for endpoint in self._choice.endpoints:
            if endpoint.name not in found:
                found[endpoint.name] = Seen(endpoint, self._why_not(endpoint, reached, failed))
        by_name = sorted(found.items())
        return {
            name: Seen(self._memory.known(priced(item.endpoint, self._prices)), item.why_not)
            for name, item in by_name
        }

    def _local(self) -> list[Provider]:
        return [p for p in self._providers.known.values() if p.name in discovery.RECOGNISE]

    async def _worth_asking(self) -> list[Provider]:
        """Providers with a key, and those of the person's choice; Azure has no list of deployments."""
        chosen = {endpoint.provider for endpoint in self._choice.endpoints}
        others = [p for p in self._providers.known.values() if p.name not in discovery.RECOGNISE]
        return [
            p
            for p in others
            if p.name != "azure" and (p.name in chosen or await self._keys.find(p) is not None)
        ]

    async def _listed(self, provider: Provider) -> list[Endpoint]:
        """Raises Fetched."""
        found = await self._keys.find(provider)
        bare = provider.endpoint("").model_copy(update={"key": found.key if found else None})
        headers = abilities.authorization(bare)
        if provider.name == "anthropic" and found:  # its list is not part of what it has like OpenAI's
            headers |= {"x-api-key": found.key.get_secret_value(), "anthropic-version": "2023-06-01"}
        async with asking(
            bare.base_url,
            headers=headers,
            query=bare.query,
            seconds=LISTING_TIME,
            by_proxy=not bare.local,
        ) as ask:
            listed = listing.endpoints(provider, await ask("/models"))
        return [endpoint for endpoint in listed if not NO_CHAT.search(endpoint.model.lower())]

    def _why_not(self, endpoint: Endpoint, reached: set[str], failed: Mapping[str, str]) -> str:
        if endpoint.provider in failed:
            return failed[endpoint.provider]
        if endpoint.provider in reached:
            return f"{self._providers.known[endpoint.provider].title} does not list this model."
        if endpoint.provider in discovery.RECOGNISE:
            return f"{self._providers.known[endpoint.provider].title} was not found at {endpoint.base_url}."
        return ""

    # ------------------------------------------------------------------------------------ trying them out

    async def _try(self, endpoint: Endpoint, asked: bool) -> None:
        memory, now = self._memory.of(endpoint), datetime.now(UTC)
        free = endpoint.price == FREE
        if not asked and not (free and (memory is None or memory.stale(now))):
            return
        found = await self._keys.find(self._providers.known[endpoint.provider])
        try:
            known = await abilities.probe(endpoint.model_copy(update={"key": found.key if found else None}))
        except Fetched:
            return
        self._memory.keep(endpoint, known, now)

    def _result(self, item: Seen) -> ModelResult:
        memory = self._memory.of(item.endpoint)
        endpoint = self._memory.known(item.endpoint)
        said = endpoint.abilities
        return ModelResult(
            name=endpoint.name,
            title=connect(endpoint).name,
            local=endpoint.local,
            reachable=not item.why_not,
            why_not=item.why_not,
            context=said.context,
            max_output=said.max_output,
            price=_price(endpoint.price),
            abilities=AbilitiesResult(**said.model_dump(exclude={"context", "max_output"})),
            probed=memory.at if memory else None,
            works_as=self._works_as(endpoint.name),
        )

    def _works_as(self, name: str) -> tuple[str, ...]:
        everything = ("all",) if any(e.name == name for e in self._choice.default) else ()
        tiers = (t for t, chain in self._choice.by_tier.items() if any(e.name == name for e in chain))
        return (*everything, *tiers)


def _embedded(at_work: bool) -> ModelResult:
    unknown = dict.fromkeys(("streaming", "json_schema", "tools", "json_mode", "reasoning_effort"))
    return ModelResult(
        name="",
        title=models.embedded().name,
        local=True,
        reachable=True,
        why_not="",
        context=None,
        max_output=None,
        price=_price(FREE),
        abilities=AbilitiesResult(**{**unknown, "json_schema": True}),
        probed=None,
        works_as=("all",) if at_work else (),
    )


def _price(price: Price | None) -> PriceResult | None:
    return PriceResult(**price.model_dump()) if price else None


def _words(provider: Provider, error: Fetched) -> str:
    """Without what the endpoint said: it may quote the key."""
    match error.status:
        case None:
            return f"{provider.title} cannot be reached ({error.words})."
        case 401 | 403:
            return f"{provider.title} refused the key (HTTP {error.status})."
        case _:
            return f"{provider.title} gave no list of models (HTTP {error.status})."


def _failed(endpoint: Endpoint, error: ModelUnavailable, began: float) -> ModelTest:
    return ModelTest(
        ok=False,
        model=endpoint.name,
        seconds=round(time.monotonic() - began, 3),
        tokens_in=0,
        tokens_out=0,
        cost=0,
        error=str(error),
        hint=error.hint,
    )
