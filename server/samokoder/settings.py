"""What can be set: by the editor's initializationOptions, else by the environment, else as it stands here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.domain.request import Budget, SandboxChoice
from samokoder.domain.value import Value
from samokoder.errors import SetupError


class CamelValue(Value):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class BudgetSettings(Budget):
    """A budget as the editor writes it."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class SandboxPolicySettings(SandboxPolicy):
    """What generated code may use, as the editor writes it."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)


class Prices(CamelValue):
    """US dollars for a million tokens. The budget in dollars is only as good as these."""

    input: float = Field(default=0, ge=0)
    output: float = Field(default=0, ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Of input the provider had cached; None: as any other."""


class Models(CamelValue):
    """Which model does which work. Several names, the next asked when the one before is away, are separated
    by commas. Empty: as the role before it, at last as ``model``."""

    plan: str = ""
    """Understanding, designing, planning. SAMOKODER_MODELS_PLAN."""
    review: str = ""
    """Reviewing, and finding faults; else as ``plan``. SAMOKODER_MODELS_REVIEW."""
    code: str = ""
    """Writing files and checks. SAMOKODER_MODELS_CODE."""
    summary: str = ""
    """Writing documents; else as ``code``. SAMOKODER_MODELS_SUMMARY."""
    strong: str = ""
    """Turned to when repair makes no progress; else as ``strongModel``. SAMOKODER_MODELS_STRONG."""


class Azure(CamelValue):
    endpoint: str = ""
    """Address of the resource. SAMOKODER_AZURE_ENDPOINT, else AZURE_OPENAI_ENDPOINT."""
    api_version: str = ""
    """``v1`` for the API without dates. SAMOKODER_AZURE_API_VERSION."""

    @field_validator("endpoint")
    @classmethod
    def _address(cls, url: str) -> str:
        return _web_address(url)


class OwnEndpoint(CamelValue):
    """An OpenAI-compatible address of the person's own, for names like ``work/big``."""

    base_url: str
    key_header: str = "Authorization"
    query: dict[str, str] = {}

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not url:
            raise ValueError("is missing")
        return _web_address(url)


class DependencySettings(DependencyPolicy):
    """The policy for dependencies as the editor writes it."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, validate_by_alias=True)

    @field_validator("allow", mode="before")
    @classmethod
    def _words(cls, allow: Any) -> Any:
        """The environment has them as one text."""
        return tuple(allow.replace(",", " ").split()) if isinstance(allow, str) else allow


class Settings(CamelValue):
    """Everything a person can set, read once when the server starts."""

    state: Path = Field(default_factory=lambda: user_data_path("samokoder", appauthor=False))
    """Folder of the state database. Environment: SAMOKODER_STATE."""
    cache: Path = Field(default_factory=lambda: user_cache_path("samokoder", appauthor=False))
    """Folder of dependency environments; may be deleted at any time. SAMOKODER_CACHE."""
    model: str = ""
    """Name of the model to ask; empty is the embedded one, which needs no network. SAMOKODER_MODEL."""
    strong_model: str = ""
    """A stronger model, asked when repair makes no progress. SAMOKODER_STRONG_MODEL."""
    models: Models = Models()
    """Models by role; they go before ``model`` and ``strongModel``."""
    price: Prices | None = None
    """What the model costs; None: as the shipped table says. SAMOKODER_PRICE_INPUT, …_OUTPUT, …_CACHED."""
    strong_price: Prices | None = None
    """What the stronger model costs. SAMOKODER_STRONG_PRICE_INPUT, …"""
    prices: dict[str, Prices] = {}
    """What other models cost, by their names: ``{"groq/llama-…": {"input": 0.59, "output": 0.79}}``."""
    endpoints: dict[str, OwnEndpoint] = {}
    """Addresses of the person's own, by the name that models there begin with."""
    azure: Azure = Azure()
    base_url: str = ""
    """Address of an OpenAI-compatible endpoint, ending in its version. SAMOKODER_BASE_URL."""
    api_key: SecretStr | None = None
    """Key for that endpoint. SAMOKODER_API_KEY."""
    language: Literal["", "en", "ru"] = ""
    """Of what the server says; empty is the one of the client. SAMOKODER_LANGUAGE."""
    sandbox: SandboxChoice = "auto"
    """Where checks run when a run does not say. SAMOKODER_SANDBOX."""
    scanning: dict[str, Literal["block", "ask", "note", "off"]] = {}
    """What findings of the scanner lead to, by rule or the beginning of its name: ``{"S301": "block"}``."""
    image: str = ""
    """Docker image checks run in; empty is the default one. SAMOKODER_IMAGE."""
    sandbox_policy: SandboxPolicySettings = SandboxPolicySettings()
    """What checks may use. SAMOKODER_SANDBOX_POLICY_MEMORY, …_SECONDS, …"""
    dependencies: DependencySettings = DependencySettings()
    """Which packages generated projects may use. SAMOKODER_DEPENDENCIES_MINIMUM_AGE_DAYS, …_ALLOW, …"""
    preview_idle: float = Field(default=900, gt=0)
    """Seconds after which a preview nobody uses is stopped. SAMOKODER_PREVIEW_IDLE."""
    ask: bool = False
    """Whether clarifying questions wait for the person. SAMOKODER_ASK."""
    approve_specification: bool = False
    """Whether the specification waits for approval. SAMOKODER_APPROVE_SPECIFICATION."""
    approve_plan: bool = False
    """Whether the plan waits for approval. SAMOKODER_APPROVE_PLAN."""
    review: bool = False
    """Whether files are proposed to the person instead of written. SAMOKODER_REVIEW."""
    budget: BudgetSettings = BudgetSettings()
    """What one run may spend when it does not say. SAMOKODER_BUDGET_CALLS, …_TOKENS, …_COST, …_SECONDS."""

    @field_validator("state", "cache")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        path = path.expanduser()
        if not path.is_absolute():
            raise ValueError("must be an absolute path")
        return path

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str) -> str:
        return _web_address(url)

    @property
    def has_strong_model(self) -> bool:
        return bool(self.models.strong or self.strong_model)

    @property
    def model_memory(self) -> Path:
        """File of what was found out about models."""
        return self.state / "models.json"

    @property
    def policy(self) -> SandboxPolicy:
        """What checks may use, the image included."""
        return self.sandbox_policy.model_copy(update={"image": self.image or self.sandbox_policy.image})

    @property
    def database(self) -> Path:
        return self.state / "state.db"


def _web_address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return url


GROUPS: dict[str, type[Value]] = {
    "budget": BudgetSettings,
    "price": Prices,
    "strong_price": Prices,
    "models": Models,
    "azure": Azure,
    "sandbox_policy": SandboxPolicySettings,
    "dependencies": DependencySettings,
}
"""Settings that are objects; in the environment each of their fields is a variable of its own."""
TABLES = frozenset({"prices", "endpoints"})
"""Settings that are objects of any names; in the environment they are JSON."""


def read_settings(options: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Raises SetupError that names the field and where it was set."""
    from_editor = {_snake(name): value for name, value in options.items()}
    given = {**_from_environment(environment), **from_editor}
    for group in GROUPS:
        found = _group_from_environment(group, environment) | _mapping(group, from_editor.get(group))
        given.pop(group, None)
        if found:
            given[group] = found
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise SetupError(_words(error, from_editor), hint="Correct it and start the server again.") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Empty variables count as not set."""
    names = (name for name in Settings.model_fields if name not in GROUPS)
    given = {name: text for name in names if (text := environment.get(_variable(name)))}
    return {name: _from_json(name, text) if name in TABLES else text for name, text in given.items()}


def _from_json(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise SetupError(
            f"Setting {name} ({_variable(name)}): must be JSON.",
            hint="Correct it and start the server again.",
        ) from None


def _group_from_environment(group: str, environment: Mapping[str, str]) -> dict[str, Any]:
    names = GROUPS[group].model_fields
    return {name: text for name in names if (text := environment.get(_variable(f"{group}_{name}")))}


def _variable(name: str) -> str:
    return f"SAMOKODER_{name.upper()}"


def _mapping(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise SetupError(f"Setting {name}: must be an object.")
    return {_snake(key): item for key, item in value.items()}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _words(error: ValidationError, from_editor: Mapping[str, Any]) -> str:
    """One line a fault, without the value: it may be a key."""
    lines = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        path = [_snake(str(part)) for part in fault["loc"]]
        name, where = ".".join(path), path[0]
        origin = "initializationOptions" if where in from_editor else _variable("_".join(path))
        lines.append(f"Setting {name} ({origin}): {fault['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)
