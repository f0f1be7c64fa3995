"""Where the person's pip looks for packages, said in uv's words: uv does not read pip's configuration.

What uv is told by its own settings wins. pip takes the best version of all its indexes, so when pip's extra
indexes are mapped, uv is told to do the same.
"""

from __future__ import annotations

import configparser
import sys
from collections.abc import Mapping
from pathlib import Path

_SAID_BY = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
_COMMA_SEPARATED = {"UV_FIND_LINKS"}


def uv_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for uv, from pip's files and then its environment variables."""
    said: dict[str, str] = {}
    for file in _files(environ):
        said |= _read(file)
    said |= {name: environ[_variable(name)] for name in _SAID_BY if environ.get(_variable(name))}
    mapped = {_SAID_BY[name]: _as_uv_has_it(_SAID_BY[name], value) for name, value in said.items()}
    if "UV_INDEX" in mapped:
        mapped["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if "UV_NO_INDEX" in mapped:
        mapped["UV_NO_INDEX"] = "1" if mapped["UV_NO_INDEX"].lower() in {"1", "true", "yes", "on"} else "0"
    return {name: value for name, value in mapped.items() if name not in environ}


def _variable(name: str) -> str:
    return "PIP_" + name.upper().replace("-", "_")


def _as_uv_has_it(variable: str, value: str) -> str:
    return (",".join if variable in _COMMA_SEPARATED else " ".join)(value.split())


def _files(environ: Mapping[str, str]) -> list[Path]:
    """pip's order: machine, person, this environment, then the one named; later ones win."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == "/dev/null" or named == "nul":
        return []
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/")
    if sys.platform == "win32":
        places = [Path(environ.get("APPDATA", home)) / "pip" / "pip.ini", Path(sys.prefix) / "pip.ini"]
    else:
        shared = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
        places = [Path(folder) / "pip" / "pip.conf" for folder in reversed(shared) if folder]
        places += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
        if sys.platform == "darwin":
            places.append(home / "Library" / "Application Support" / "pip" / "pip.conf")
        places.append(Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf")
        places.append(Path(sys.prefix) / "pip.conf")
    return [*places, Path(named)] if named else places


def _read(file: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return {}
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found |= {name: value for name, value in parser.items(section) if name in _SAID_BY and value}
    return found
