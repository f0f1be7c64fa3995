"""Environments in Docker volumes: installed in a container of their own, found again by their name."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio

from samokoder.adapters.sandbox.containers import Engine, in_thread
from samokoder.adapters.sandbox.dependencies import node
from samokoder.adapters.sandbox.dependencies.failures import too_large
from samokoder.adapters.sandbox.dependencies.indexes import Indexes
from samokoder.adapters.sandbox.dependencies.node import NodeRuntime
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.adapters.sandbox.dependencies.recipes import (
    Recipe,
    lock_in,
    lock_script,
    npm_environment,
    npm_materials,
)
from samokoder.adapters.sandbox.dependencies.volumes import Finished, Volumes
from samokoder.adapters.sandbox.dependencies.workshop import Workshop, workshop
from samokoder.adapters.sandbox.locking import locked
from samokoder.adapters.sandbox.place import text_of
from samokoder.errors import SandboxUnavailable

_JOINS_SOCKETS = {"runc", "crun", "sysbox-runc"}
"""Runtimes whose containers share the machine's kernel, and with it a socket in a mounted folder."""
_ABOUT = f"node -e '{node.ABOUT}' && npm --version && npm config get registry"


class ContainedNpm:
    """npm at work in an install container."""

    def __init__(self, shop: Workshop, environment: Mapping[str, str], largest: int) -> None:
        self._shop, self._environment, self._largest = shop, environment, largest

    async def lock(self, before: str) -> str:
        command = ("sh", "-c", lock_script(before))
        return lock_in(await self._shop.run(command, self._environment, self._largest))

    async def view(self, *words: str) -> str:
        return await self._shop.run(("npm", "view", *node.VIEW, *words), self._environment, self._largest)


class Contained:
    """Makes environments on one engine. ``cache`` is a folder of this machine, for locks and notes."""

    def __init__(
        self, engine: Engine, limiter: anyio.CapacityLimiter, cache: Path, policy: DependencyPolicy
    ) -> None:
        self._engine, self._limiter, self._cache = engine, limiter, cache / "volumes"
        self._policy = policy
        self._volumes = Volumes(engine.client, self._cache / "used")

    async def made(self, recipe: Recipe) -> Finished:
        """The volume of this recipe, made now if there is none. Raises InstallFailed."""
        if found := await in_thread(self._limiter, self._volumes.find, recipe.digest):
            return found
        if recipe.bytes > self._policy.environment_bytes:
            raise too_large(self._policy.environment_bytes)
        await anyio.Path(self._cache).mkdir(parents=True, exist_ok=True)
        async with locked(self._cache / f"{recipe.digest[:32]}.lock"):
            if found := await in_thread(self._limiter, self._volumes.find, recipe.digest):
                return found
            return await self._install(recipe)

    async def _install(self, recipe: Recipe) -> Finished:
        await in_thread(self._limiter, self._volumes.tidy, self._policy.total_bytes)
        name = await in_thread(self._limiter, self._volumes.begin, recipe.digest, self._engine.image.name)
        done = None
        try:
            async with workshop(self._engine, self._limiter, replace(recipe.materials, volume=name)) as shop:
                if recipe.command:
                    await shop.run(recipe.command, recipe.environment, self._policy.environment_bytes)
                told = await self._finished(shop, recipe)
            done = await in_thread(
                self._limiter, self._volumes.finish, name, told["bytes"], frozenset(told["modules"])
            )
        finally:
            if done is None:
                with anyio.CancelScope(shield=True):
                    await in_thread(self._limiter, self._volumes.discard, name)
        await in_thread(self._limiter, self._volumes.tidy, self._policy.total_bytes)
        return done

    async def _finished(self, shop: Workshop, recipe: Recipe) -> dict[str, Any]:
        told = json.dumps(recipe.finishing)
        output = await shop.run(
            ["python3", "-I", "-c", text_of("finish"), told], {}, self._policy.environment_bytes
        )
        return dict(json.loads(output.strip().splitlines()[-1]))

    @asynccontextmanager
    async def npm(
        self, pins: Mapping[str, str], runtime: NodeRuntime, indexes: Indexes
    ) -> AsyncIterator[ContainedNpm]:
        """The image's npm, in a container."""
        async with workshop(self._engine, self._limiter, npm_materials(pins, runtime, indexes)) as shop:
            yield ContainedNpm(shop, npm_environment(indexes), self._policy.environment_bytes)

    async def about_node(self) -> str:
        """What Node and npm the image holds, as they tell it. Raises SandboxUnavailable."""
        code, output = await in_thread(self._limiter, _about, self._engine)
        if code != 0:
            raise SandboxUnavailable(
                f"The image {self._engine.image.name} holds no Node.js with npm.",
                hint="Build the images again, or name one with Node.js in the settings.",
            )
        return output


def _about(engine: Engine) -> tuple[int, str]:
    container = engine.start(None)
    try:
        return container.run(["sh", "-c", _ABOUT])
    finally:
        container.remove()


def why_not(engine: Engine, indexes: Indexes) -> str:
    """Why an install cannot be contained here; empty when it can."""
    if sys.platform != "linux" or not str(engine.client.api.base_url).startswith("http+docker://"):
        return "the engine runs on another machine or in a virtual one, which cannot use a socket of ours"
    if engine.is_podman:
        return "Podman makes volumes that only root may write into"
    if engine.used_runtime not in _JOINS_SOCKETS:
        return f"the runtime {engine.used_runtime} does not let a container use a socket of ours"
    if "Docker Desktop" in str(engine.client.info().get("OperatingSystem")):
        return "Docker Desktop's virtual machine cannot use a socket of ours"
    if indexes.needs_credentials:
        return "a configured index asks for credentials, which no container may hold"
    return ""
