"""A policy as the engine is told it: everything that is not needed is taken away."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from samokoder.adapters.sandbox.place import environment_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.seccomp import profile_text

PATH = "/env/bin:/env/node_modules/.bin:/usr/local/bin:/usr/bin:/bin"

NPROC = 4096
_OF_PODMAN = ("/run", "/var/tmp")
"""Folders it makes writable in a read-only container, where nobody has taken them: one run would leave
something to the next one there."""
SILENCE = 20
"""Seconds without a sign of life after which a container ends: where its engine was killed nobody
closes its stdin."""
ALIVE = f"""
command -v bash >/dev/null && exec bash -c 'while read -r -t {SILENCE}; do :; done'
exec cat >/dev/null
"""
"""What a container does: it waits for the end of its stdin, and where the image can, for silence there."""


def hardened(
    policy: SandboxPolicy, image: str, environment: Path | str | None, cpus: float, podman: bool
) -> dict[str, Any]:
    """Arguments for a container; ``environment`` is a folder of this machine or the name of a volume."""
    from docker.types import LogConfig, Mount

    kind = "bind" if isinstance(environment, Path) else "volume"
    return {
        "image": image,
        "command": ["sh", "-c", ALIVE],
        "entrypoint": [],
        "stdin_open": True,
        "auto_remove": True,
        "init": True,
        "user": f"{policy.main_uid}:{policy.main_uid}",
        "working_dir": "/",
        "hostname": "sandbox",
        "network_mode": "none",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true", f"seccomp={_seccomp(podman)}"],
        "ipc_mode": "private",
        "pids_limit": policy.pids,
        "mem_limit": policy.memory,
        "memswap_limit": policy.memory,
        "nano_cpus": int(cpus * 1e9),
        "oom_score_adj": 500,
        "shm_size": policy.shm_bytes,
        "ulimits": ulimits(policy, podman),
        "tmpfs": _folders(policy, podman),
        "mounts": [Mount("/env", str(environment), type=kind, read_only=True)] if environment else [],
        "log_config": LogConfig(type="none"),
        "environment": environment_of(PATH),
        "runtime": policy.runtime or None,
    }


def ulimits(policy: SandboxPolicy, podman: bool, any_size: bool = False) -> list[Any]:
    """``any_size`` is for installers: packages may hold files of any size."""
    from docker.types import Ulimit

    limits = [("nofile", policy.open_files), ("core", 0)]
    if not any_size:
        limits.append(("fsize", policy.file_size))
    if podman:  # it raises this one by itself, which it may not everywhere; pids_limit is what counts
        limits.append(("nproc", NPROC))
    return [Ulimit(name=name, soft=value, hard=value) for name, value in limits]


def _seccomp(podman: bool) -> str:
    """Podman takes the name of a file on its machine, Docker the text."""
    return str(files(__package__) / "seccomp.json") if podman else profile_text()


def _folders(policy: SandboxPolicy, podman: bool) -> dict[str, str]:
    """Podman knows no owners and no inodes here: the folder is as the image has it, and memory bounds it."""
    user = policy.exec_uid
    own = f"mode=0700,uid={user},gid={user},nr_inodes={policy.workspace_inodes}"
    unasked = dict.fromkeys(_OF_PODMAN, "ro,nosuid,nodev,noexec,size=4096") if podman else {}
    return unasked | {
        "/tmp": f"rw,nosuid,nodev,size={policy.tmp_bytes},mode=1777",
        "/sandbox": f"rw,nosuid,nodev,exec,size={policy.workspace_bytes},{'mode=1777' if podman else own}",
    }
