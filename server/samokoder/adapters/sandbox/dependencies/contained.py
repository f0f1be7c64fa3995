"""Environments in Docker volumes: installed in a container of their own, found again by their name."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from samokoder.adapters.sandbox.containers import Engine, in_thread
from samokoder.adapters.sandbox.dependencies import node
from samokoder.adapters.sandbox.dependencies.egress import MIB
from samokoder.adapters.sandbox.dependencies.indexes import Indexes
from samokoder.adapters.sandbox.dependencies.node import NodeRuntime
from samokoder.adapters.sandbox.dependencies.recipes import Recipe, lock_in, node_lock_recipe
from samokoder.adapters.sandbox.dependencies.volumes import Finished, Volumes
from samokoder.adapters.sandbox.dependencies.workshop import Workshop, too_large, workshop
from samokoder.adapters.sandbox.locking import locked
from samokoder.adapters.sandbox.place import text_of
from samokoder.errors import SandboxUnavailable

_JOINS_SOCKETS = {None, "runc", "crun", "sysbox-runc", "kata"}
_ABOUT = f"node -e '{node.ABOUT}' && npm --version && npm config get registry"


@dataclass(frozen=True, slots=True)
class Room:
    """What environments may take, in bytes."""

    one: int = 2048 * MIB
    together: int = 10240 * MIB
    """Of all volumes; beyond it the least recently used go."""


class Contained:
    """Makes environments on one engine. ``cache`` is a folder of this machine, for locks and notes."""

    def __init__(
        self, engine: Engine, limiter: anyio.CapacityLimiter, cache: Path, room: Room | None = None
    ) -> None:
        self._engine, self._limiter, self._cache = engine, limiter, cache / "volumes"
        self._room = room or Room()
        self._volumes = Volumes(engine.client, self._cache / "used")

    async def made(self, recipe: Recipe) -> Finished:
        """The volume of this recipe, made now if there is none. Raises InstallFailed."""
        if found := await in_thread(self._limiter, self._volumes.find, recipe.digest):
            return found
        if recipe.bytes > self._room.one:
            raise too_large(self._room.one)
        await anyio.Path(self._cache).mkdir(parents=True, exist_ok=True)
        async with locked(self._cache / f"{recipe.digest[:32]}.lock"):
            if found := await in_thread(self._limiter, self._volumes.find, recipe.digest):
                return found
            return await self._install(recipe)

    async def _install(self, recipe: Recipe) -> Finished:
        await in_thread(self._limiter, self._volumes.tidy, self._room.together)
        name = await in_thread(self._limiter, self._volumes.begin, recipe.digest, self._engine.image.name)
        done = None
        try:
            async with workshop(self._engine, self._limiter, replace(recipe.materials, volume=name)) as shop:
                if recipe.command:
                    await shop.run(recipe.command, recipe.environment, self._room.one)
                told = await self._finished(shop, recipe)
            done = await in_thread(
                self._limiter, self._volumes.finish, name, told["bytes"], frozenset(told["modules"])
            )
        finally:
            if done is None:
                with anyio.CancelScope(shield=True):
                    await in_thread(self._limiter, self._volumes.discard, name)
        await in_thread(self._limiter, self._volumes.tidy, self._room.together)
        return done

    async def _finished(self, shop: Workshop, recipe: Recipe) -> dict[str, Any]:
        told = json.dumps(recipe.finishing)
        output = await shop.run(["python3", "-I", "-c", text_of("finish"), told], {}, self._room.one)
        return dict(json.loads(output.strip().splitlines()[-1]))

    async def node_lock(self, pins: Mapping[str, str], runtime: NodeRuntime, indexes: Indexes) -> str:
        """What npm makes of these pins, in a container. Raises InstallFailed."""
        recipe = node_lock_recipe(pins, runtime, indexes)
        async with workshop(self._engine, self._limiter, recipe.materials) as shop:
            return node.checked(lock_in(await shop.run(recipe.command, recipe.environment, self._room.one)))

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
    if engine.runtime not in _JOINS_SOCKETS:
        return f"the runtime {engine.runtime} does not let a container use a socket of ours"
    if "Docker Desktop" in str(engine.client.info().get("OperatingSystem")):
        return "Docker Desktop's virtual machine cannot use a socket of ours"
    if indexes.needs_credentials:
        return "a configured index asks for credentials, which no container may hold"
    return ""
