"""What an install container is given and told to do: pure, from a lock and the person's indexes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samokoder.adapters.sandbox.dependencies import node, python
from samokoder.adapters.sandbox.dependencies.indexes import Indexes
from samokoder.adapters.sandbox.dependencies.node import NodeRuntime
from samokoder.adapters.sandbox.dependencies.python import Interpreter
from samokoder.adapters.sandbox.dependencies.workshop import OUT, PORT, Materials
from samokoder.domain.files import Digest, digest_of

ROOT = "/env"
WORK = ".work"
"""Where an installer unpacks and caches, in the volume; removed when it is done."""
UV = "/installer/uv"
_IN_WORK = ("sh", "-c", f'mkdir -p {ROOT}/{WORK} && exec "$@"', "sh")
_NODE_LINKS = {"bin/python": "/usr/bin/python3"}
_SEPARATOR = "-----8<-----"


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run of an installer."""

    digest: Digest
    """Of image, architecture, lock and installer."""
    materials: Materials
    command: tuple[str, ...]
    """Nothing is to be installed without one."""
    environment: Mapping[str, str]
    finishing: Mapping[str, Any] = field(default_factory=dict)
    """As ``inside/finish`` is told."""
    bytes: int = 0
    """To be downloaded, where the lock says."""


def python_recipe(lock: str, interpreter: Interpreter, indexes: Indexes) -> Recipe:
    wheels = python.wheels_of(lock)
    packages = f"lib/python{interpreter.version}/site-packages"
    words = python.install_words(f"{ROOT}/{packages}", f"{OUT}/{python.LOCK}")
    here = {str(file): file for wheel in wheels if (file := wheel.file)}
    materials = Materials(
        indexes.egress(wheel.url for wheel in wheels),
        {UV: Path(python.uv()), **here},
        indexes.certificates,
        {python.LOCK: lock},
    )
    environment = {
        "TMPDIR": f"{ROOT}/{WORK}",
        "UV_CACHE_DIR": f"{ROOT}/{WORK}",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    return Recipe(
        _digest(lock, python.installer(), interpreter.build, interpreter.executable),
        materials,
        (*_IN_WORK, UV, *words, "--no-config", "--python", interpreter.executable) if wheels else (),
        {**environment, **_trusting(indexes, "SSL_CERT_FILE")},
        {"work": WORK, "packages": packages, "compile": True, **_virtual_environment(interpreter)},
        sum(wheel.size for wheel in wheels),
    )


def _virtual_environment(interpreter: Interpreter) -> dict[str, Any]:
    names = ("python", "python3", f"python{interpreter.version}")
    home = os.path.dirname(interpreter.executable)  # noqa: PTH120 - a path of the image, not of this machine
    settings = f"home = {home}\ninclude-system-site-packages = false\nversion = {interpreter.version}\n"
    links = {f"bin/{name}": interpreter.executable for name in names}
    return {"links": links, "texts": {"pyvenv.cfg": settings}}


def npm_materials(pins: Mapping[str, str], runtime: NodeRuntime, indexes: Indexes) -> Materials:
    """For asking npm about packages: the configured registries and nothing else."""
    files = {node.MANIFEST: node.manifest(pins)}
    return _npm_materials(files, _registries(runtime, indexes), indexes)


def npm_environment(indexes: Indexes, cache: str = "/sandbox/npm") -> dict[str, str]:
    own = {"npm_config_userconfig": f"{OUT}/npmrc", "npm_config_cache": cache, "TMPDIR": "/sandbox"}
    return {**own, **_trusting(indexes, "NODE_EXTRA_CA_CERTS")}


def lock_script(before: str) -> str:
    """Prints the lock, after a line that ends everything npm says."""
    words = " ".join(("npm", *node.RESOLVE, *node.older_than(before)))
    script = f"cd /sandbox && rm -f {node.LOCK} && cp {OUT}/{node.MANIFEST} . && {words}"
    return f"{script} && echo && echo '{_SEPARATOR}' && cat {node.LOCK}"


def lock_in(output: str) -> str:
    return output.partition(f"{_SEPARATOR}\n")[2]


def node_recipe(
    pins: Mapping[str, str], lock: str, runtime: NodeRuntime, indexes: Indexes, scripts: bool = False
) -> Recipe:
    """With ``scripts``, packages may run their own while installed: in the container, and only there."""
    words = [word for word in node.INSTALL if not (scripts and word == "--ignore-scripts")]
    script = f"cd {ROOT} && cp {OUT}/{node.MANIFEST} {OUT}/{node.LOCK} . && {' '.join(('npm', *words))}"
    files = {node.MANIFEST: node.manifest(pins), node.LOCK: lock}
    urls = [*_registries(runtime, indexes), *node.addresses(lock)]
    return Recipe(
        _digest(lock, runtime.installer, runtime.build, runtime.version, *(["scripts"] if scripts else [])),
        _npm_materials(files, urls, indexes),
        (*_IN_WORK, "sh", "-c", script) if pins else (),
        npm_environment(indexes, f"{ROOT}/{WORK}/npm"),
        {
            "work": WORK,
            "packages": node.MODULES,
            "compile": False,
            "links": _NODE_LINKS,
            "texts": {},
        },
    )


def _registries(runtime: NodeRuntime, indexes: Indexes) -> list[str]:
    return [*indexes.urls, *([] if dict(indexes.npm).get("registry") else [runtime.registry])]


def _npm_materials(files: Mapping[str, str], urls: Sequence[str], indexes: Indexes) -> Materials:
    lines = [f"{name}={url}" for name, url in indexes.npm]
    proxy = f"http://127.0.0.1:{PORT}"
    lines += [f"https-proxy={proxy}", f"proxy={proxy}", "noproxy=", "omit-lockfile-registry-resolved=false"]
    lines += [f"cafile={OUT}/certificates"] if indexes.certificates else []
    npmrc = "\n".join([*lines, ""])
    return Materials(indexes.egress(urls), {}, indexes.certificates, {**files, "npmrc": npmrc})


def _trusting(indexes: Indexes, variable: str) -> dict[str, str]:
    return {variable: f"{OUT}/certificates"} if indexes.certificates else {}


def _digest(*parts: str) -> Digest:
    return digest_of(json.dumps(parts).encode())
