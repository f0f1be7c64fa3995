"""The runner in Linux namespaces, by bubblewrap: no engine, no image, no root needed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from samokoder.adapters.sandbox import seccomp
from samokoder.adapters.sandbox.counting import counted
from samokoder.adapters.sandbox.environments import (
    Environment,
    Environments,
    names_of_python,
    own_interpreter,
)
from samokoder.adapters.sandbox.place import KEEPER, SHARED, Link, environment_of, text_of
from samokoder.adapters.sandbox.policy import SandboxPolicy
from samokoder.adapters.sandbox.probing import attempts, folders_kept, separated
from samokoder.adapters.sandbox.process_link import process_link
from samokoder.adapters.sandbox.session import Session, session_in
from samokoder.adapters.sandbox.subprocesses import Finished, finished
from samokoder.domain.evidence import Isolation
from samokoder.errors import SandboxUnavailable
from samokoder.ports import EnvironmentSpec

PATH = "/env/bin:/env/node_modules/.bin:/usr/local/bin:/usr/bin:/bin"
PROBE_SECONDS = 30.0
INSTALL = "Install it (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)."
_ALLOW_NAMESPACES = (
    "The kernel forbids user namespaces to this user. An administrator can allow them with "
    "`sysctl kernel.unprivileged_userns_clone=1` (Debian), or "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu); inside a container they may be "
    "forbidden altogether. Or use Docker."
)
_KERNEL = (
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
    "/proc/scsi",
)
"""Settings of the whole machine: for the kernel, a server run by root is root in here too."""
_TELLING = (
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/key-users",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/timer_list",
)
"""What the kernel tells of itself and of others; unreadable where a device lies over it."""
_FILES = {
    "/etc/passwd": b"sandbox:x:1000:1000::/tmp:/bin/sh\n",
    "/etc/group": b"sandbox:x:1000:\n",
    "/etc/hosts": b"127.0.0.1 localhost\n::1 localhost\n",
    "/etc/nsswitch.conf": b"passwd: files\ngroup: files\nhosts: files\n",
}


class BubblewrapSandbox:
    """Runs checks in fresh namespaces: no network, no files but the system's programs, no privileges."""

    def __init__(self, environments: Environments | None = None, policy: SandboxPolicy | None = None) -> None:
        self._environments = environments or Environments()
        self._policy = policy or SandboxPolicy()
        self._isolation: Isolation | None = None
        self._effective: Mapping[str, float] = {}

    @property
    def effective(self) -> Mapping[str, float]:
        return self._effective

    async def probe(self) -> Isolation:
        """What it really separates here, tried once; raises SandboxUnavailable, PolicyUnsupported."""
        if self._isolation is None:
            self._effective = await _limits(self._policy)
            self._isolation = await _tried(self._policy)
        return self._isolation

    @asynccontextmanager
    async def open(self, spec: EnvironmentSpec, warm: bool = True) -> AsyncIterator[Session]:
        isolation = await self.probe()
        environment = await self._environments.prepare_here(spec)
        place = BubblewrapPlace(environment, isolation, self._policy)
        async with session_in(place, environment, self._policy, warm) as session:
            yield session


class BubblewrapPlace:
    """Every keeper has namespaces of its own, which the runs of its session share."""

    path = PATH
    root = "/env"

    def __init__(self, environment: Environment, isolation: Isolation, policy: SandboxPolicy) -> None:
        self.isolation = isolation
        self.names = {"/env": "/env", **names_of_python()}
        self._environment, self._policy = environment, policy

    async def rest(self) -> None:
        """Its keepers are all there is."""

    @asynccontextmanager
    async def keeper(self, warm: bool, program: str = KEEPER) -> AsyncIterator[Link]:
        python = ["/env/bin/python"] if warm else [own_interpreter().executable, "-S"]
        pids = counted(self._policy.pids)
        with Wrapping(self._environment, self._policy) as wrapping, pids as counting:
            command = [*counting, *wrapping.command([*python, "-c", program, "/sandbox/runs", *SHARED])]
            async with process_link(command, {}, Path("/"), wrapping.descriptors) as link:
                yield link


class Wrapping:
    """The bwrap command line, and the open files it reads from."""

    def __init__(self, environment: Environment | None, policy: SandboxPolicy) -> None:
        self.descriptors: list[int] = []
        self._environment, self._policy = environment, policy
        self._open = ExitStack()

    def __enter__(self) -> Wrapping:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def command(self, inner: Sequence[str]) -> list[str]:
        words = [_bwrap(), "--unshare-all", "--unshare-user", "--uid", "1000", "--gid", "1000"]
        words += [
            "--die-with-parent",
            "--new-session",
            "--as-pid-1",
            "--cap-drop",
            "ALL",
            "--hostname",
            "sandbox",
            "--clearenv",
        ]
        words += [*_system(), "--proc", "/proc", "--dev", "/dev"]
        for path in _KERNEL:
            words += ["--ro-bind-try", path, path]
        for path in _TELLING:
            if Path(path).is_file():
                words += ["--ro-bind", os.devnull, path]
        policy = self._policy
        folders = {"/tmp": policy.tmp_bytes, "/dev/shm": policy.shm_bytes, "/sandbox": policy.workspace_bytes}
        for path, size in folders.items():
            words += ["--size", str(size), "--tmpfs", path]
        words += ["--chdir", "/sandbox"]
        if self._environment:
            words += ["--ro-bind", str(self._environment.folder), "/env"]
            for folder in self._environment.programs:
                words += ["--ro-bind", str(folder), str(folder)]
        for path, content in _FILES.items():
            words += ["--ro-bind-data", str(self._descriptor(content)), path]
        words += ["--seccomp", str(self._descriptor(seccomp.compiled()))]
        for name, value in environment_of(PATH).items():
            words += ["--setenv", name, value]
        return [*words, "--remount-ro", "/", "--", *inner]

    def _descriptor(self, content: bytes) -> int:
        descriptor = os.memfd_create("samokoder")
        self._open.callback(os.close, descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.descriptors.append(descriptor)
        return descriptor


def _bwrap() -> str:
    if sys.platform != "linux":
        raise SandboxUnavailable("bubblewrap exists on Linux only.", hint="Use Docker.")
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailable("bubblewrap (the program bwrap) is not installed.", hint=INSTALL)
    return found


def _system() -> list[str]:
    """Programs and libraries, read-only, and the Python that runs us where that lies elsewhere."""
    words: list[str] = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"):
        place = Path(name)
        if place.is_symlink():
            words += ["--symlink", os.fspath(place.readlink()), name]
        elif place.is_dir():
            words += ["--ro-bind", name, name]
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        words += ["--ro-bind-try", name, name]
    prefix = Path(sys.base_prefix).resolve()
    if not prefix.is_relative_to("/usr"):
        words += ["--ro-bind", str(prefix), str(prefix)]
    return words


async def _inside(policy: SandboxPolicy, *arguments: str) -> Finished:
    """What a Python with these arguments says in there; raises SandboxUnavailable."""
    with Wrapping(None, policy) as wrapping:
        command = wrapping.command([own_interpreter().executable, *arguments])
        done = await finished(command, {}, PROBE_SECONDS, Path("/"), wrapping.descriptors)
    if done.code != 0:
        forbidden = any(
            word in done.output for word in ("namespace", "uid map", "Permission denied", "permitted")
        )
        hint = _ALLOW_NAMESPACES if forbidden else "Choose another runner."
        raise SandboxUnavailable(f"bubblewrap does not work here: {done.output.strip()[-500:]}", hint=hint)
    return done


async def _limits(policy: SandboxPolicy) -> dict[str, float]:
    done = await _inside(policy, "-I", "-c", text_of("effective"))
    return folders_kept("bubblewrap", done.output, policy)


async def _tried(policy: SandboxPolicy) -> Isolation:
    done = await _inside(policy, *attempts())
    version = await finished([_bwrap(), "--version"], {}, PROBE_SECONDS, Path("/"))
    return Isolation(
        level="bubblewrap", separates=separated("bubblewrap", done.output), engine=version.output.strip()
    )
