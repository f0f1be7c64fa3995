"""Where the person's keys are. They are looked for when a call needs one, and kept nowhere by us.

The order is: what was given with the settings for ``baseUrl``, the editor's secret store, the keyring of the
operating system, the environment.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from pydantic import SecretStr

from samokoder.adapters.models.providers import Provider
from samokoder.errors import SetupError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

logger = logging.getLogger(__name__)

SERVICE = "samokoder"
"""What our entries in the keyring are filed under; each is named after its provider."""
KEYRING_TIME = 20.0
"""Seconds; a locked keyring may ask its person first."""

Secret = Callable[[str], Awaitable[SecretStr | None]]
"""The editor's secret store: a key by the name of its provider."""


async def no_editor(name: str) -> SecretStr | None:
    return None


@dataclass(frozen=True)
class Found:
    key: SecretStr = field(repr=False)
    where: str
    """In words: "the keyring"."""


class Keys:
    def __init__(
        self,
        environment: Mapping[str, str],
        editor: Secret = no_editor,
        given: Mapping[str, SecretStr] | None = None,
    ) -> None:
        self._environment = {
            name: SecretStr(text) for name, text in environment.items() if _names_a_key(name) and text.strip()
        }
        self._editor, self._given = editor, dict(given or {})

    async def find(self, provider: Provider) -> Found | None:
        if provider.name in self._given:
            return Found(self._given[provider.name], "the settings")
        if key := await self._editor(provider.name):
            return Found(key, "the editor")
        if key := await of_keyring(provider.name):
            return Found(key, "the keyring")
        for name in variables(provider):
            if key := self._environment.get(name):
                return Found(key, name)
        return None


def variables(provider: Provider) -> tuple[str, ...]:
    """Environment variables its key may be in; ours goes before the one its own tools read."""
    own = f"SAMOKODER_KEY_{provider.name.upper().replace('-', '_')}"
    return (own, provider.variable) if provider.variable else (own,)


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """What child processes may inherit."""
    return {name: text for name, text in environment.items() if not _names_a_key(name)}


def _names_a_key(name: str) -> bool:
    return name.upper().startswith("SAMOKODER_KEY_") or name.upper().endswith("_API_KEY")


# ------------------------------------------------------------------------------------------- the keyring


async def of_keyring(name: str) -> SecretStr | None:
    """None as well where there is no keyring, or it does not open."""
    try:
        with anyio.fail_after(KEYRING_TIME):
            text = await anyio.to_thread.run_sync(read, name, abandon_on_cancel=True)
    except (SetupError, TimeoutError) as error:
        logger.debug("the keyring was not read: %s", type(error).__name__)
        return None
    return SecretStr(text) if text else None


def read(name: str) -> str | None:
    """Raises SetupError where there is no keyring that keeps a secret."""
    return _told(lambda keyring: keyring.get_password(SERVICE, name))


def keep(name: str, key: SecretStr) -> None:
    """Raises SetupError."""
    _told(lambda keyring: keyring.set_password(SERVICE, name, key.get_secret_value()))


def forget(name: str) -> bool:
    """Whether there was one. Raises SetupError."""
    if read(name) is None:
        return False
    _told(lambda keyring: keyring.delete_password(SERVICE, name))
    return True


def _told(action: Callable[[KeyringBackend], str | None]) -> str | None:
    """What a keyring says goes nowhere: nobody knows what it quotes."""
    keyring = _keyring()
    try:
        return action(keyring)
    except Exception as error:  # noqa: BLE001 - backends raise what their system raises
        raise SetupError(
            f"The keyring of this system ({keyring.name}) refused ({type(error).__name__}).",
            hint="Unlock it and try again, or put the key into the environment.",
        ) from None


def _keyring() -> KeyringBackend:
    """One that keeps a secret; files in clear are none."""
    import keyring

    found = keyring.get_keyring()
    if found.priority < 1:
        raise SetupError(
            "This system has no keyring that keeps keys encrypted.",
            hint="Set up one (Secret Service, KWallet, Keychain, Windows Credential Manager), or put the "
            "key into the environment; docs/protocol.md names the variables.",
        )
    return found
