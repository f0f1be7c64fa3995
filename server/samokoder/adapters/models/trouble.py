"""What can go wrong with a call to a model, in words a person can act on. No key gets through here."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from samokoder.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import openai

LONGEST = 600
"""Characters of what an endpoint said that are passed on."""

_WORDS = {
    401: (
        "refused the key",
        "Set a valid key: in the editor, by samokoder key set, or SAMOKODER_API_KEY.",
    ),
    403: ("does not permit this", "Check what the key may do, and that the model is open to it."),
    404: ("does not know this model or address", "Check the model's name and the base URL; it ends in /v1."),
    408: ("took too long", "Try again later."),
    413: ("finds the request too large", "Choose a model with a larger context."),
    429: ("is limiting the rate of calls", "Wait a minute and resume the run."),
    503: ("is overloaded or not ready", "Try again later, or choose another endpoint."),
    529: ("is overloaded", "Try again later, or choose another endpoint."),
}
_STATUS_OF = {
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "overloaded_error": 529,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "invalid_request_error": 400,
    "insufficient_quota": 429,
}
"""What endpoints call their errors where there is no HTTP status left to say it."""
_REFUSED = ("refused the request", "Check that the model takes chat completions of this size.")
_BROKEN = ("has a fault of its own", "Try again later, or choose another endpoint.")
_NO_CREDIT = ("says the account has no credit left", "Add credit, or choose another endpoint.")


@dataclass(frozen=True)
class Trouble:
    """A call that brought no answer."""

    status: int | None
    """HTTP status; None when there was no answer at all."""
    what: str
    hint: str
    complaint: str = ""
    """What the endpoint said; may hold anything, the key included."""
    passing: bool = False
    """Whether trying again may help."""
    retry_after: float | None = None
    """Seconds the endpoint asks to wait."""

    def error(self, name: str, key: SecretStr | None) -> ModelUnavailable:
        status = f" (HTTP {self.status})" if self.status else ""
        said = f": {_shortened(without_key(self.complaint[: 4 * LONGEST], key))}" if self.complaint else ""
        return ModelUnavailable(f"{name} {self.what}{status}{said}", hint=self.hint)


def trouble_of(error: openai.OpenAIError) -> Trouble:
    import openai

    match error:
        case openai.APIStatusError():
            return _refusal(error)
        case openai.APITimeoutError():
            return Trouble(None, "took too long to answer", "Try again later.", passing=True)
        case openai.APIConnectionError():
            reason = type(error.__cause__).__name__ if error.__cause__ else ""
            hint = "Check the base URL, the network, and that the model server is running."
            return Trouble(None, "cannot be reached", hint, complaint=reason, passing=True)
        case _:
            hint = "Check the base URL: it is the address of an OpenAI-compatible endpoint, ending in /v1."
            return Trouble(None, "gave an answer that cannot be read", hint, complaint=type(error).__name__)


def trouble_in(error: Mapping[str, Any]) -> Trouble:
    """What a stream said went wrong before it said anything else."""
    code = error.get("code")
    status = code if isinstance(code, int) else _STATUS_OF.get(str(error.get("type") or code))
    what, hint = _NO_CREDIT if _no_credit(code, error.get("type")) else _words(status or 500)
    passing = (status is None or _may_pass(status)) and hint is not _NO_CREDIT[1]
    return Trouble(status, what, hint, complaint=str(error.get("message") or ""), passing=passing)


def cut_off(reason: str = "") -> Trouble:
    """The connection ended before anything was said."""
    hint = "Try again later; check the network and that the model server is running."
    return Trouble(None, "ended the connection without an answer", hint, complaint=reason, passing=True)


def unreadable(base_url: str) -> Trouble:
    hint = f"Check that {base_url} is the address of an OpenAI-compatible endpoint; it ends in /v1."
    return Trouble(200, "answered with something that is no chat completion", hint)


def without_key(text: str, key: SecretStr | None) -> str:
    """The text with the key made unreadable, and its two ends, which endpoints like to echo."""
    secret = key.get_secret_value() if key else ""
    if not secret:
        return text
    text = text.replace(secret, "***")
    for size in range(len(secret) - 1, 7, -1):
        text = text.replace(secret[:size], "***").replace(secret[-size:], "***")
    return text


def _refusal(error: openai.APIStatusError) -> Trouble:
    status, headers = error.status_code, error.response.headers
    no_credit = _no_credit(error.code, error.type)
    what, hint = _NO_CREDIT if no_credit else _words(status)
    passing = _may_pass(status) and not no_credit
    return Trouble(
        status,
        what,
        hint,
        complaint=_said(error),
        passing=passing and headers.get("x-should-retry") != "false",
        retry_after=_retry_after(headers),
    )


def _no_credit(code: object, kind: object) -> bool:
    return "insufficient_quota" in (code, kind)


def _may_pass(status: int) -> bool:
    return status in (408, 409, 429) or status >= 500


def _words(status: int) -> tuple[str, str]:
    return _WORDS.get(status, _BROKEN if status >= 500 else _REFUSED)


def _said(error: openai.APIStatusError) -> str:
    if isinstance(error.body, dict):
        return str(error.body.get("message") or error.message)
    return error.message


def _retry_after(headers: Mapping[str, str]) -> float | None:
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        return seconds if math.isfinite(seconds) and seconds >= 0 else None
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
