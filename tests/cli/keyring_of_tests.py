"""A keyring for tests: a file named by TEST_KEYRING. Chosen by PYTHON_KEYRING_BACKEND."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class FileKeyring(KeyringBackend):
    priority = 5  # type: ignore[assignment]

    def _kept(self) -> dict[str, str]:
        place = Path(os.environ["TEST_KEYRING"])
        kept: dict[str, str] = json.loads(place.read_text()) if place.exists() else {}
        return kept

    def _keep(self, kept: dict[str, str]) -> None:
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self._kept(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._keep({name: key for name, key in self._kept().items() if name != f"{service} {username}"})


class ClearFile(FileKeyring):
    """One that says it keeps nothing secret."""

    priority = 0.5  # type: ignore[assignment]
