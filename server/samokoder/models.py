"""From the settings to the models that answer: the part of ``bootstrap`` that is about models."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from samokoder.adapters.models.endpoint import Endpoint, Price
from samokoder.adapters.models.keys import Keys, Secret, no_editor, variables
from samokoder.adapters.models.prices import priced
from samokoder.adapters.models.providers import RESERVED, Provider, Providers, azure, on_loopback
from samokoder.adapters.models.remembered import Remembered
from samokoder.domain.message import Tier
from samokoder.domain.request import Usage
from samokoder.errors import SetupError
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.adapters.models.pace import Pace
    from samokoder.ports import LanguageModel

TIERS: tuple[Tier, ...] = get_args(Tier)
ELSE: Mapping[Tier, Tier] = {"review": "plan", "summary": "code"}
"""Whose model does a work that has none of its own."""
QUICK = 2
"""Retries of a model that has another one behind it."""


@dataclass(frozen=True)
class Choice:
    """What the person has set, looked up but not yet called."""

    default: tuple[Endpoint, ...]
    """The preferred one first; empty: the embedded model."""
    by_tier: Mapping[Tier, tuple[Endpoint, ...]]

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Each once."""
        every = (*self.default, *(e for chain in self.by_tier.values() for e in chain))
        return tuple({endpoint.name: endpoint for endpoint in every}.values())


def choice(settings: Settings, environment: Mapping[str, str]) -> Choice:
    """With what is known of each model. Raises SetupError."""
    known, prices = providers(settings, environment), own_prices(settings, environment)
    memory = Remembered(settings.model_memory)

    def looked_up(names: str, *, at_base_url: bool = False) -> tuple[Endpoint, ...]:
        first, *others = split(names) or [""]
        if not first:
            return ()
        verbatim = at_base_url and bool(settings.base_url)
        found = [known.default.endpoint(first) if verbatim else known.endpoint(first)]
        return tuple(memory.known(priced(e, prices)) for e in (*found, *map(known.endpoint, others)))

    named = settings.models.model_dump()
    by_tier = {tier: looked_up(named[tier] or named.get(ELSE.get(tier, tier), "")) for tier in TIERS}
    by_tier["strong"] = by_tier["strong"] or looked_up(settings.strong_model, at_base_url=True)
    default = looked_up(settings.model, at_base_url=True) or by_tier["code"] or by_tier["plan"]
    return Choice(default=default, by_tier={tier: chain for tier, chain in by_tier.items() if chain})


def split(names: str) -> list[str]:
    """``a, b`` is a, and b when a is away."""
    return [name for part in names.split(",") if (name := part.strip())]


def providers(settings: Settings, environment: Mapping[str, str]) -> Providers:
    own = [_own(name, **at.model_dump()) for name, at in settings.endpoints.items()]
    address = settings.azure.endpoint or environment.get("AZURE_OPENAI_ENDPOINT", "")
    version = settings.azure.api_version or environment.get("OPENAI_API_VERSION", "")
    return Providers([*own, *([azure(address, version)] if address else [])], settings.base_url)


def _own(name: str, base_url: str, key_header: str, query: dict[str, str]) -> Provider:
    if name in RESERVED or not re.fullmatch(r"[a-z][a-z0-9-]{0,40}", name):
        raise SetupError(
            f"Setting endpoints: {name!r} cannot be the name of an endpoint of yours.",
            hint="Use small letters, digits and hyphens, and no name of a provider that is built in.",
        )
    return Provider(
        name=name,
        title=name,
        base_url=base_url.rstrip("/"),
        key_header=key_header,
        query=query,
        local=on_loopback(base_url),
    )


def own_prices(settings: Settings, environment: Mapping[str, str]) -> dict[str, Price]:
    """By the names of models. What ``price`` and ``strongPrice`` say is of ``model`` and ``strongModel``."""
    known = providers(settings, environment)
    told = {name: Price(**price.model_dump()) for name, price in settings.prices.items()}
    for names, price in (
        (settings.strong_model, settings.strong_price),
        (settings.model, settings.price),
    ):
        if price is not None and (first := split(names)[:1]):
            endpoint = known.default.endpoint(first[0]) if settings.base_url else known.endpoint(first[0])
            told.setdefault(endpoint.name, Price(**price.model_dump()))
    return told


def cost_of(chosen: Choice, tier: Tier, usage: Usage) -> int | None:
    """With the preferred model for such work; the embedded one costs nothing."""
    chain = chosen.by_tier.get(tier, chosen.default)
    if not chain:
        return 0
    price = chain[0].price
    return price.of(usage.tokens_in, usage.tokens_out, usage.tokens_cached) if price else None


def keys(settings: Settings, environment: Mapping[str, str], secret: Secret = no_editor) -> Keys:
    given = {}
    if settings.api_key is not None:  # it belongs to where baseUrl points
        given = {providers(settings, environment).default.name: settings.api_key}
    return Keys(environment, secret, given)


def role_models(
    chosen: Choice, known: Providers, found: Keys
) -> tuple[LanguageModel, dict[Tier, LanguageModel]]:
    """The model for all work, and those for certain work. Equal names are one model."""
    from samokoder.adapters.models.pace import Pace

    made: dict[tuple[str, bool], LanguageModel] = {}
    paces: defaultdict[str, Pace] = defaultdict(Pace)

    def model(endpoint: Endpoint, last: bool) -> LanguageModel:
        key = (endpoint.name, last)
        if key not in made:
            made[key] = _named(endpoint, known, found, last, paces[endpoint.base_url])
        return made[key]

    def chain(endpoints: Iterable[Endpoint]) -> LanguageModel:
        from samokoder.adapters.models.choosing import FirstOf

        wanted = tuple(endpoints)
        models = [model(endpoint, endpoint is wanted[-1]) for endpoint in wanted]
        return models[0] if len(models) == 1 else FirstOf(models)

    default = chain(chosen.default) if chosen.default else embedded()
    return default, {tier: chain(endpoints) for tier, endpoints in chosen.by_tier.items()}


def embedded() -> LanguageModel:
    from samokoder.adapters.openai_model import OpenAIModel
    from samokoder.offline.transport import OfflineTransport

    return OpenAIModel.embedded(OfflineTransport())


def _named(endpoint: Endpoint, known: Providers, found: Keys, last: bool, pace: Pace) -> LanguageModel:
    from samokoder.adapters.models.choosing import Named
    from samokoder.adapters.models.connecting import connect
    from samokoder.adapters.models.discovery import RECOGNISE, as_it_runs

    provider = known.known[endpoint.provider]
    patience: dict[str, Any] = {} if last else {"retries": QUICK}
    return Named(
        endpoint,
        partial(connect, pace=pace, **patience),
        partial(found.find, provider),
        how_to_set(provider),
        partial(as_it_runs, provider) if provider.name in RECOGNISE else None,
    )


def how_to_set(provider: Provider) -> str:
    """Empty where a key is not always needed."""
    if provider.local or not provider.variable:
        return ""
    return (
        f"Give it to your editor, or run: samokoder key set {provider.name}, or set {variables(provider)[1]}."
    )


def name_of(settings: Settings, environment: Mapping[str, str]) -> str:
    """The models at work, for the person: "gpt-5 at api.openai.com; code: qwen at 127.0.0.1"."""
    chosen = choice(settings, environment)
    default, by_tier = role_models(chosen, providers(settings, environment), Keys({}))
    different = {tier: model.name for tier, model in by_tier.items() if model.name != default.name}
    return "; ".join([default.name, *(f"{tier}: {name}" for tier, name in different.items())])
