"""Where the person's pip, uv and npm look for packages: the only source of what an install may reach.

Files of a generated project are never read here, and no index has a name in this code: what nobody configured
is what the installers themselves use.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from samokoder.adapters.sandbox.dependencies.egress import Egress, Origin, origin_of
from samokoder.adapters.sandbox.pip_settings import uv_settings

_UV_NAMES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
_REGISTRY = re.compile(r"(@[^:/\s]+:)?registry")
_SECRET = re.compile(r"//.*:(_auth|_authtoken|_password|username|certfile|keyfile)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\{([^}?]+)\??\}")


@dataclass(frozen=True, slots=True)
class Indexes:
    """What one installer is configured to use on this machine."""

    urls: tuple[str, ...]
    """Those that configuration names; without any, the installer's own."""
    needs_credentials: bool
    """Whether it logs in somewhere: then it runs here, so that the secret is in no container."""
    upstream: str
    direct: tuple[str, ...]
    certificates: Path | None
    """A file of the authorities this machine trusts."""
    npm: tuple[tuple[str, str], ...] = ()
    """``registry`` and ``@scope:registry``."""

    @property
    def configured(self) -> frozenset[Origin]:
        """What may lie in this machine's own network, since the person says so."""
        return frozenset(origin for url in self.urls if (origin := origin_of(url, inward=True)))

    def egress(self, urls: Iterable[str]) -> Egress:
        """The way out to exactly the hosts of these addresses. Plain HTTP only to a configured one."""
        wanted = {origin for url in urls if (origin := origin_of(url))}
        known = {(o.scheme, o.host, o.port): o for o in self.configured}
        allowed = [known.get((o.scheme, o.host, o.port), o) for o in wanted]
        return Egress(
            frozenset(o for o in allowed if o.scheme == "https" or o.inward), self.upstream, self.direct
        )

    @property
    def folders(self) -> tuple[Path, ...]:
        """Indexes that are folders of this machine."""
        paths = (
            url.removeprefix("file://") for url in self.urls if "://" not in url or url.startswith("file://")
        )
        return tuple(path for path in map(Path, paths) if path.is_absolute() and path.is_dir())


def python_indexes(environ: Mapping[str, str]) -> Indexes:
    said = {**uv_settings(environ), **environ}
    urls = [_unnamed(word) for name in _UV_NAMES for word in re.split(r"[\s,]+", said.get(name, "")) if word]
    urls += [url for file in _uv_files(environ) for url in _uv_urls(file)]
    secret = any(urlsplit(url).username for url in urls if "://" in url)
    upstream, direct = _proxy(environ, {})
    return Indexes(tuple(urls), secret, upstream, direct, _certificates(said.get("SSL_CERT_FILE")))


def npm_indexes(environ: Mapping[str, str]) -> Indexes:
    said = npm_settings(environ)
    registries = tuple(sorted((n, url) for n, url in said.items() if _REGISTRY.fullmatch(n)))
    urls = tuple(url for _, url in registries)
    secret = any(_SECRET.fullmatch(name) or name == "_auth" for name in said)
    upstream, direct = _proxy(environ, said)
    certificates = _certificates(said.get("cafile") or environ.get("NODE_EXTRA_CA_CERTS"))
    return Indexes(urls, secret, upstream, direct, certificates, registries)


def npm_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Of the machine, the person, and the environment; later ones win."""
    said: dict[str, str] = {}
    for file in _npm_files(environ):
        said |= _npmrc(file, environ)
    for name, value in environ.items():
        if name.lower().startswith("npm_config_") and value:
            said[name[11:].lower().replace("_", "-") if "registry" not in name else name[11:].lower()] = value
    return said


def _npm_files(environ: Mapping[str, str]) -> list[Path]:
    given = {name.lower(): value for name, value in environ.items()}
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/")
    shared = [Path(p) / "etc" / "npmrc" for p in ("/", "/usr", "/usr/local", "/opt/homebrew")]
    if named := given.get("npm_config_globalconfig"):
        shared = [Path(named)]
    return [*shared, Path(given.get("npm_config_userconfig") or home / ".npmrc")]


def _npmrc(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = (line.partition("=") for line in lines if line.strip() and line.strip()[0] not in "#;")
    filled = ((name.strip(), _filled(value.strip().strip("\"'"), environ)) for name, _, value in pairs)
    return {name: value for name, value in filled if value and value != "null"}


def _filled(value: str, environ: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: environ.get(match[1], ""), value)


def _unnamed(word: str) -> str:
    """uv lets an index be written ``name=address``."""
    name, equals, address = word.partition("=")
    return address if equals and re.fullmatch(r"[A-Za-z0-9._-]+", name) else word


def _uv_files(environ: Mapping[str, str]) -> list[Path]:
    if environ.get("UV_NO_CONFIG"):
        return []
    if named := environ.get("UV_CONFIG_FILE"):
        return [Path(named)]
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/")
    own = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if sys.platform == "win32":
        own = Path(environ.get("APPDATA", home))
    return [own / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]


def _uv_urls(file: Path) -> Iterator[str]:
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for part in (read, read.get("pip", {})):
        yield from (index["url"] for index in _tables(part.get("index")) if isinstance(index.get("url"), str))
        for name in ("index-url", "extra-index-url", "find-links"):
            value = part.get(name, [])
            yield from (
                word for word in ([value] if isinstance(value, str) else value) if isinstance(word, str)
            )


def _tables(value: Any) -> list[dict[str, Any]]:
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


def _proxy(environ: Mapping[str, str], npm: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    given = {name.lower(): value for name, value in environ.items() if value}
    upstream = (
        npm.get("https-proxy") or npm.get("proxy") or given.get("https_proxy") or given.get("all_proxy")
    )
    direct = npm.get("noproxy") or given.get("no_proxy") or ""
    return upstream or "", tuple(word for word in re.split(r"[\s,]+", direct) if word)


def _certificates(named: str | None) -> Path | None:
    known = ssl.get_default_verify_paths()
    candidates = [
        named,
        os.environ.get(known.openssl_cafile_env),
        known.cafile,
        "/etc/ssl/certs/ca-certificates.crt",
    ]
    return next((Path(file) for file in candidates if file and Path(file).is_file()), None)
