"""``samokoder key``: keys in the keyring of the operating system. No server is involved."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys

import anyio
from pydantic import SecretStr

from samokoder import models
from samokoder.adapters.models import keys
from samokoder.errors import InvalidRequest
from samokoder.settings import read_settings


def work(given: argparse.Namespace) -> int:
    """Raises SamokoderError."""
    match given.key_command:
        case "set":
            return _set(_known(given.provider))
        case "forget":
            return _forget(given.provider)
        case _:
            return _list(given.json)


def _set(name: str) -> int:
    keys.keep(name, _read(name))
    print(f"The key for {name} is in the keyring.")
    return 0


def _read(name: str) -> SecretStr:
    """From the terminal, unseen; or a line of what is piped in."""
    prompt = f"Key for {name} (it is not shown): "
    text = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()
    if not (key := text.strip()):
        raise InvalidRequest("No key was given; nothing was changed.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidRequest("That holds characters no key has.", hint="Copy the key again, whole.")
    return SecretStr(key)


def _forget(name: str) -> int:
    was = keys.forget(name)
    print(f"The key for {name} is forgotten." if was else f"The keyring holds no key for {name}.")
    return 0


def _list(as_json: bool) -> int:
    """Where the key of each provider is found, when no editor is asked."""
    settings = read_settings({}, os.environ)
    known, found = models.providers(settings, os.environ).known, models.keys(settings, os.environ)
    for provider in known.values():
        if provider.local:
            continue
        key = anyio.run(found.find, provider)
        if as_json:
            print(json.dumps({"provider": provider.name, "key": key.where if key else None}))
        else:
            print(f"{provider.name:<12} {f'in {key.where}' if key else 'none'}")
    return 0


def _known(name: str) -> str:
    settings = read_settings({}, os.environ)
    known = {*models.providers(settings, os.environ).known, "azure", "custom"}
    if name not in known:
        raise InvalidRequest(
            f"There is no provider {name!r}.",
            hint=f"Known are {', '.join(sorted(known))}, and your endpoints.",
        )
    return name
