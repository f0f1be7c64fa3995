"""Looking at new dependencies before anything is installed: name, existence, age.

What the installers themselves tell decides: uv and npm resolve once taking only what is old enough. Where
that works, nothing is wrong; where not, the same is resolved without the limit, and what then is young,
undated or not to be found is refused by name, with what could take its place.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from samokoder.adapters.sandbox.dependencies.names import Language, imitated
from samokoder.adapters.sandbox.dependencies.policy import DependencyPolicy
from samokoder.domain.architecture import Dependency, Refusal
from samokoder.errors import DependencyRefused, EgressDenied, InstallFailed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Release:
    """One package of a lock."""

    name: str
    version: str
    published: str
    """ISO 8601, UTC; empty where the index does not say."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """How one language's installer answers what must be known of packages."""

    language: Language
    lock: Callable[[str], Awaitable[str]]
    """The lock of all pins, of what was published before a moment, or of anything. Raises InstallFailed."""
    releases: Callable[[str], Awaitable[Sequence[Release]]]
    """What a lock holds, as far as its age could matter."""
    newest: Callable[[str, str], Awaitable[str]]
    """The newest version of a package published before a moment; empty when there is none."""
    exists: Callable[[Dependency], Awaitable[bool]]
    """Whether the index has this very version. Raises InstallFailed when it does not answer."""


def vet_names(
    dependencies: Sequence[Dependency], language: Language, policy: DependencyPolicy
) -> dict[str, str]:
    """Of these, the ones that imitate, and whom."""
    found = {d.name: imitated(plain(d.name), language) for d in dependencies if not policy.allows(d)}
    return {name: other for name, other in found.items() if other}


async def vetted(
    dependencies: Sequence[Dependency],
    resolver: Resolver,
    policy: DependencyPolicy,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> str:
    """The lock of dependencies nothing speaks against. Raises DependencyRefused, or InstallFailed."""
    before = policy.before(now())
    if likes := vet_names(dependencies, resolver.language, policy):
        raise DependencyRefused(
            tuple(
                [
                    await _imitation(d, likes[d.name], resolver, before)
                    for d in dependencies
                    if d.name in likes
                ]
            )
        )
    if before:
        try:
            return await resolver.lock(before)
        except EgressDenied:
            raise
        except InstallFailed:
            log.info("no lock of what was published before %s; looking why", before)
    try:
        lock = await resolver.lock("")
    except EgressDenied:
        raise
    except InstallFailed:
        await _refuse_unknown(dependencies, resolver, before)
        raise
    if before:
        await _refuse_by_age(dependencies, await resolver.releases(lock), resolver, policy, before)
    return lock


async def _imitation(dependency: Dependency, other: str, resolver: Resolver, before: str) -> Refusal:
    version = await _newest(resolver, other, before)
    instead = Dependency(name=other, version=version) if version else None
    return Refusal(
        dependency=dependency,
        cause="lookalike",
        reason=f"{dependency.name} looks like the well-known package {other} but is another one.",
        instead=instead,
    )


async def _refuse_unknown(dependencies: Sequence[Dependency], resolver: Resolver, before: str) -> None:
    """Only asked once all together could not be resolved; an index that does not answer refuses nothing."""
    try:
        unknown = [d for d in dependencies if not await resolver.exists(d)]
    except InstallFailed:
        return
    if unknown:
        raise DependencyRefused(tuple([await _unknown(d, resolver, before) for d in unknown]))


async def _unknown(dependency: Dependency, resolver: Resolver, before: str) -> Refusal:
    version = await _newest(resolver, plain(dependency.name), before)
    what = f"has no version {dependency.version}" if version else "does not exist"
    instead = Dependency(name=dependency.name, version=version) if version else None
    reason = f"{dependency.name} {what} on the configured index."
    return Refusal(dependency=dependency, cause="unknown", reason=reason, instead=instead)


async def _refuse_by_age(
    dependencies: Sequence[Dependency],
    releases: Sequence[Release],
    resolver: Resolver,
    policy: DependencyPolicy,
    before: str,
) -> None:
    asked = {plain(d.name): d for d in dependencies}
    faults = {release: _fault_of(release, policy, before) for release in releases}
    young = [(release, cause) for release, cause in faults.items() if cause is not None]
    # what is needed in turn was taken at its newest here: that tells only when nothing else is young
    chosen = [(release, cause) for release, cause in young if release.name in asked] or young
    if chosen:
        found = [await _too_young(r, cause, asked, resolver, policy, before) for r, cause in chosen]
        raise DependencyRefused(tuple(found))


def _fault_of(release: Release, policy: DependencyPolicy, before: str) -> Literal["young", "undated"] | None:
    if policy.allows(Dependency(name=release.name, version=release.version)):
        return None
    if release.published:
        return "young" if _moment(release.published) > _moment(before) else None
    log.info("the index does not say when %s %s was published", release.name, release.version)
    return "undated" if policy.undated == "block" else None


async def _too_young(
    release: Release,
    cause: Literal["young", "undated"],
    asked: Mapping[str, Dependency],
    resolver: Resolver,
    policy: DependencyPolicy,
    before: str,
) -> Refusal:
    dependency = asked.get(release.name, Dependency(name=release.name, version=release.version))
    version = await _newest(resolver, release.name, before) if cause == "young" else ""
    days = f"{policy.minimum_age_days:g} days"
    said = (
        f"was published {release.published[:10]}, less than {days} ago"
        if release.published
        else "has no date"
    )
    instead = Dependency(name=dependency.name, version=version) if version else None
    needed = "" if release.name in asked else ", and another dependency needs it"
    reason = f"{release.name} {release.version} {said}{needed}."
    return Refusal(dependency=dependency, cause=cause, reason=reason, instead=instead)


async def _newest(resolver: Resolver, name: str, before: str) -> str:
    """A suggestion is worth having, but no reason to fail for."""
    try:
        return await resolver.newest(name, before)
    except InstallFailed:
        return ""


def plain(name: str) -> str:
    """Without extras."""
    return name.partition("[")[0]


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
