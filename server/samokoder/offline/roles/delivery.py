"""Delivery by rules: container image, compose file and CI workflow, from the architecture alone."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from samokoder.agents.delivery import DeliveryAnswer, DeliveryBrief
from samokoder.domain.architecture import Architecture, Service
from samokoder.domain.files import SourceFile
from samokoder.domain.paths import FilePath
from samokoder.offline.blueprint import Blueprint, CannotServe

PYTHON = "3.12"
DATA = "/data"
DATABASE = f"sqlite:///{DATA}/app.db"


def answer(brief: DeliveryBrief, blueprint: Blueprint) -> DeliveryAnswer:
    architecture = brief.architecture
    if architecture.language != "python" or architecture.service is None:
        raise CannotServe(
            "The embedded model packs Python web applications only; connect a language model for others."
        )
    texts = {
        "Dockerfile": _dockerfile(architecture, architecture.service),
        "compose.yaml": _compose(architecture.service, bool(architecture.data_model.roles)),
        ".github/workflows/ci.yml": _workflow(architecture),
    }
    return DeliveryAnswer(
        files=tuple(
            SourceFile(path=FilePath(path), text=text)
            for path, text in texts.items()
            if path in brief.allowed
        )
    )


def _dockerfile(architecture: Architecture, service: Service) -> str:
    probe = (
        "import urllib.request as r; "
        f"r.urlopen('http://127.0.0.1:{service.port}{service.health}', timeout=3).read()"
    )
    return f"""\
FROM python:{PYTHON}-slim

ENV PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1 \\
    HOST=0.0.0.0 \\
    PORT={service.port} \\
    DATABASE_URL={DATABASE}

RUN useradd --create-home --uid 10001 app \\
    && install -d -o app -g app {DATA}
WORKDIR /srv

{_install(architecture)}
COPY --chown=root:root . .

USER app
VOLUME {DATA}
EXPOSE {service.port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \\
    CMD ["python", "-c", {json.dumps(probe)}]
CMD {json.dumps(service.command)}
"""


def _install(architecture: Architecture) -> str:
    """In its own layer, before the source, so that a changed page does not install everything again."""
    if _has_lock(architecture):
        return "COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt"
    return f"RUN pip install --no-cache-dir {' '.join(_pins(architecture))}"


def _compose(service: Service, signs_in: bool) -> str:
    secret = "    environment:\n      SECRET_KEY: ${SECRET_KEY:-}\n" if signs_in else ""
    return f"""\
services:
  app:
    build: .
    ports:
      - "127.0.0.1:{service.port}:{service.port}"
    volumes:
      - data:{DATA}
{secret}    restart: unless-stopped
    read_only: true
    tmpfs:
      - /tmp
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true

volumes:
  data:
"""


def _workflow(architecture: Architecture) -> str:
    install = "-r requirements.txt" if _has_lock(architecture) else " ".join(_pins(architecture))
    return f"""\
name: checks

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["{PYTHON}", "3.13"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{{{ matrix.python }}}}
      - run: python -m pip install {install}
      - run: {shlex.join(architecture.test_command)}

  image:
    runs-on: ubuntu-latest
    needs: test
    steps:
      - uses: actions/checkout@v4
      - run: docker build --tag app .
"""


def _has_lock(architecture: Architecture) -> bool:
    return any(module.path == "requirements.txt" for module in architecture.contract)


def _pins(architecture: Architecture) -> Sequence[str]:
    return [dependency.pin for dependency in architecture.dependencies]
