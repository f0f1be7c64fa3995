"""Building the images checks run in: on a public base or, where no registry answers, on a small Debian."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from samokoder.adapters.sandbox.connecting import translated
from samokoder.adapters.sandbox.policy import IMAGES, Language
from samokoder.errors import ImageMissing

BASES: dict[Language, str] = {
    "python": "samokoder-sandbox:base-python",
    "node": "samokoder-sandbox:base-node",
}
"""Made by us from Debian's packages; used before anything is pulled."""
PACKAGES: dict[Language, str] = {
    "python": "python3,ca-certificates",
    "node": "python3,ca-certificates,nodejs,npm",
}
SUITE = "bookworm"
_SPARE = (
    '--aptopt=APT::Install-Recommends "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")),
)
NO_BASE = (
    "Name a base image you have, with Python 3 (and Node.js with npm for the node image): `samokoder sandbox "
    "build --base IMAGE`. On Debian and Ubuntu one is made of packages when `mmdebstrap` is installed "
    "(apt install mmdebstrap) and the command is run as root."
)

Say = Callable[[str], None]


def build(language: Language, base: str, say: Say) -> str:
    """The image's name. Blocks for minutes. Raises DockerUnavailable or ImageMissing."""
    import docker
    import docker.errors

    with translated():
        client = docker.from_env(timeout=900)
        try:
            base = base or _own_base(client, language)
            try:
                _build(client, language, base)
            except docker.errors.BuildError as error:
                if base:
                    raise ImageMissing(
                        f"The {language} image cannot be built: {error}", hint=NO_BASE
                    ) from error
                say(f"the public base image cannot be had ({error}); making one of Debian's packages")
                _build(client, language, debian_base(client, language))
        finally:
            client.close()
    return IMAGES[language]


def _own_base(client: Any, language: Language) -> str:
    """The base we made earlier, if it is there; else empty, which is the public one."""
    found = client.images.list(BASES[language])
    return BASES[language] if found else ""


def _build(client: Any, language: Language, base: str) -> None:
    with as_file(files(__package__) / "images") as folder:
        client.images.build(
            path=str(folder),
            dockerfile=f"Dockerfile.{language}",
            tag=IMAGES[language],
            buildargs={"BASE": base} if base else {},
            rm=True,
        )


def debian_base(client: Any, language: Language) -> str:
    """A small Debian with what this language needs. Raises ImageMissing."""
    program = shutil.which("mmdebstrap")
    if program is None:
        raise ImageMissing("No registry answers, and mmdebstrap is not installed.", hint=NO_BASE)
    with tempfile.TemporaryDirectory(prefix="samokoder-base-") as folder:
        packed = Path(folder) / "base.tar"
        command = [
            program,
            "--variant=minbase",
            *_SPARE,
            f"--include={PACKAGES[language]}",
            SUITE,
            str(packed),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ImageMissing(f"mmdebstrap failed: {done.stderr.strip()[-500:]}", hint=NO_BASE)
        repository, _, tag = BASES[language].partition(":")
        client.api.import_image_from_file(str(packed), repository=repository, tag=tag)
    return BASES[language]
