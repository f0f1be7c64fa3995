"""Volumes that hold finished environments: named by what is in them, marked when done, bounded in size.

A volume's labels cannot change, so that one is complete is said by a second, empty volume beside it.
Everything blocks; callers come by ``in_thread``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samokoder.adapters.sandbox.owners import alive, myself

PREFIX, MARK = "samokoder-environment-", "-complete"
KIND, OWNER = "dev.samokoder.environment", "dev.samokoder.owner"
_BYTES, _MODULES = "dev.samokoder.bytes", "dev.samokoder.modules"
WRITABLE = "/var/tmp"
"""A folder of every image that anybody may write into; an empty volume takes on its permissions."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A complete environment in a volume."""

    name: str
    size: int
    modules: frozenset[str]
    """Names at the top of its packages."""


class Volumes:
    """Those of one engine. ``used`` is a folder of this machine in which the last use of each is noted."""

    def __init__(self, client: Any, used: Path) -> None:
        self._client, self._used = client, used

    def find(self, digest: str) -> Finished | None:
        """The complete one of this digest; looking is using."""
        import docker.errors

        name = f"{PREFIX}{digest[:32]}"
        try:
            labels = self._client.volumes.get(name + MARK).attrs["Labels"] or {}
            self._client.volumes.get(name)
        except docker.errors.NotFound:
            return None
        self._touch(name)
        return Finished(name, int(labels.get(_BYTES, 0)), frozenset(labels.get(_MODULES, "").split()))

    def begin(self, digest: str, image: str) -> str:
        """A fresh, empty volume that everybody may write into; what was left of an earlier try goes."""
        name = f"{PREFIX}{digest[:32]}"
        self.discard(name)
        begun = False
        try:
            self._client.volumes.create(name, labels={KIND: "contents", OWNER: myself()})
            self._open_up(name, image)
            begun = True
        finally:
            if not begun:
                self.discard(name)
        return name

    def _open_up(self, name: str, image: str) -> None:
        """A container that is made but never started is enough for the volume to take on permissions."""
        from docker.types import Mount

        made = self._client.containers.create(
            image,
            ["true"],
            entrypoint=[],
            network_mode="none",
            mounts=[Mount(WRITABLE, name, type="volume")],
            labels={OWNER: myself()},
        )
        made.remove(force=True)

    def finish(self, name: str, size: int, modules: frozenset[str]) -> Finished:
        labels = {KIND: "mark", _BYTES: str(size), _MODULES: " ".join(sorted(modules))}
        self._client.volumes.create(name + MARK, labels=labels)
        self._touch(name)
        return Finished(name, size, modules)

    def discard(self, name: str) -> None:
        """The mark first: what has none is not used."""
        import docker.errors

        for one in (name + MARK, name):
            with suppress(docker.errors.NotFound):
                self._client.volumes.get(one).remove()
        with suppress(OSError):
            (self._used / name).unlink()

    def tidy(self, limit: int) -> list[str]:
        """Remove what dead servers left unfinished, then the least recently used beyond ``limit`` bytes.

        What a container uses stays: the engine refuses to remove it. Returns what was removed.
        """
        listed = self._client.volumes.list(filters={"label": KIND})
        kinds = {volume.name: volume.attrs["Labels"] or {} for volume in listed}
        removed = [name for name in kinds if self._left_over(name, kinds) and self._removed(name)]
        sizes = self.sizes()
        total = sum(sizes.values())
        for name in sorted(sizes, key=self._last_used):
            if total <= limit:
                break
            if self._removed(name):
                removed.append(name)
                total -= sizes[name]
        return removed

    def sizes(self) -> dict[str, int]:
        """Of every complete one, in bytes."""
        marks = self._client.volumes.list(filters={"label": f"{KIND}=mark"})
        return {mark.name.removesuffix(MARK): int(mark.attrs["Labels"].get(_BYTES, 0)) for mark in marks}

    def _left_over(self, name: str, kinds: dict[str, dict[str, str]]) -> bool:
        if kinds[name][KIND] == "mark":
            return name.removesuffix(MARK) not in kinds
        return name + MARK not in kinds and not alive(kinds[name].get(OWNER, ""))

    def _removed(self, name: str) -> bool:
        """Its contents first here: a mark without contents is no environment, and one in use keeps both."""
        import docker.errors

        name = name.removesuffix(MARK)
        try:
            with suppress(docker.errors.NotFound):
                self._client.volumes.get(name).remove()
        except docker.errors.APIError:
            return False
        self.discard(name)
        return True

    def _touch(self, name: str) -> None:
        with suppress(OSError):
            self._used.mkdir(parents=True, exist_ok=True)
            (self._used / name).touch()

    def _last_used(self, name: str) -> float:
        try:
            return (self._used / name).stat().st_mtime
        except OSError:
            return 0.0
