"""The runners that tests use, with one shared cache of environments, and programs for them to run."""

from __future__ import annotations

import shutil
from importlib.metadata import version

import pytest

from samokoder.adapters.sandbox.environments import Environments
from samokoder.adapters.sandbox.limits import Limits
from samokoder.adapters.sandbox.local import LocalSandbox
from samokoder.domain.architecture import Dependency, Service
from samokoder.domain.evidence import Check
from samokoder.ports import EnvironmentSpec, Sandbox

RUNNERS = ["local"]


def runner(name: str, limits: Limits | None = None) -> Sandbox:
    return LocalSandbox(Environments(), limits)


def check(*command: str, service: Service | None = None) -> Check:
    return Check(id="check", title="a check", command=command, service=service)
