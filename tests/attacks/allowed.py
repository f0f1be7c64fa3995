"""Exactly which probes reach what they look for in each sandbox, and why that is no way out."""

from __future__ import annotations

from samokoder.adapters.sandbox.inside.landlock import version

EVERYWHERE = {
    "files.anonymous_file_run": "it runs with the same user, filter and namespaces as one in a file",
    "kernel.restrictions_by_landlock": "code may give up more of its own rights; it can take none",
    "network.netlink_for_routes": "Node asks it for addresses; without capabilities it changes nothing",
}
DOCKER = {
    "network.low_port": "engines open ports below 1024 in a container's own network, which has loopback only",
}
BUBBLEWRAP = {
    "files.set_user_id_programs": "the system's programs are shown; the mark has no effect, as "
    "privileges.set_user_id_program_run shows",
}
WITHOUT_LANDLOCK_6 = {
    "processes.watcher_signalled": "a run whose watcher is ended is lost, and what is lost never passes",
}


def allowed(runner: str) -> dict[str, str]:
    own = {"docker": DOCKER, "bubblewrap": BUBBLEWRAP}[runner]
    return EVERYWHERE | own | ({} if version() >= 6 else WITHOUT_LANDLOCK_6)
