"""Other processes: those of the host, the first one, and the ones that watch over the code."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from .kit import HOST, LIBC, opens_for_writing, passes, probe, processes, raw, reads


def watcher() -> int:
    """The warden: the parent of the process all probes are forked from."""
    with open(f"/proc/{os.getppid()}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


@probe
def server_seen() -> object:
    """Its number may belong to somebody else in here, so its command line is compared."""
    with open(f"/proc/{HOST['pid']}/cmdline") as file:
        return file.read() == HOST["command_line"]


@probe
def server_signalled() -> object:
    os.kill(HOST["pid"], 0)
    return server_seen()


@probe
def many_processes_seen() -> object:
    return len(processes()) > 40


@probe
def threads_of_the_kernel_seen() -> object:
    return os.path.exists("/proc/2/comm") and open("/proc/2/comm").read().strip() == "kthreadd"


@probe
def first_process_signalled() -> object:
    os.kill(1, 0)
    return True


@probe
def first_process_environment() -> object:
    return reads("/proc/1/environ")


@probe
def first_process_memory() -> object:
    return opens_for_writing("/proc/1/mem")


@probe
def first_process_descriptors() -> object:
    return descriptors_of(1)


@probe
def first_process_traced() -> object:
    return passes("ptrace", 0x4206, 1, 0, 0)  # PTRACE_SEIZE


@probe
def watcher_memory() -> object:
    return opens_for_writing(f"/proc/{watcher()}/mem")


@probe
def watcher_memory_map() -> object:
    return reads(f"/proc/{watcher()}/maps")


@probe
def watcher_environment() -> object:
    return reads(f"/proc/{watcher()}/environ")


def descriptors_of(number: int) -> list[str]:
    """Those that can be opened; their mere numbers tell nothing."""
    opened = []
    for name in os.listdir(f"/proc/{number}/fd"):
        try:
            opened.append(os.readlink(f"/proc/{number}/fd/{name}"))
        except OSError:
            continue
    return opened


@probe
def watcher_descriptors() -> object:
    return descriptors_of(watcher())


@probe
def watcher_traced() -> object:
    return passes("ptrace", 0x4206, watcher(), 0, 0)


@probe
def watcher_memory_by_copying() -> object:
    return passes("process_vm_readv", watcher(), None, 0, None, 0, 0)


@probe
def watcher_memory_overwritten() -> object:
    return passes("process_vm_writev", watcher(), None, 0, None, 0, 0)


@probe
def watcher_descriptor_fetched() -> object:
    handle, _ = raw("pidfd_open", watcher(), 0)
    return handle != -1 and passes("pidfd_getfd", handle, 0, 0)


@probe
def watcher_signalled() -> object:
    """A run whose watcher is ended never passes, see test_forging."""
    os.kill(watcher(), 0)
    return True


@probe
def watcher_limits_changed() -> object:
    limits = resource.prlimit(watcher(), resource.RLIMIT_NOFILE)
    resource.prlimit(watcher(), resource.RLIMIT_NOFILE, limits)
    return True


@probe
def memory_of_any_other_process() -> object:
    """Of every process but the probes, which have their marks in the environment."""
    found = []
    for number in processes():
        try:
            with open(f"/proc/{number}/environ", "rb") as file:
                if b"ATTACKED" in file.read():
                    continue
            found.append(opens_for_writing(f"/proc/{number}/mem"))
        except OSError:
            continue
    return found


@probe
def own_child_traced() -> object:
    """Tracing one's own child is how many escapes begin."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        return passes("ptrace", 0x4206, child, 0, 0)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@probe
def processes_compared() -> object:
    return passes("kcmp", os.getpid(), os.getppid(), 0, 0, 0)


@probe
def priority_raised() -> object:
    os.nice(-5)
    return True


@probe
def realtime_schedule() -> object:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    return True


@probe
def own_out_of_memory_score_lowered() -> object:
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")
    return True


def can_limit(which: int, soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(which, (soft, hard))
    except ValueError:  # what Python makes of EPERM here
        return False
    return True


@probe
def limits_raised() -> object:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return hard == resource.RLIM_INFINITY or can_limit(resource.RLIMIT_NOFILE, soft, hard + 1024)


@probe
def core_dumps_allowed() -> object:
    return can_limit(resource.RLIMIT_CORE, 1 << 20, 1 << 20)


@probe
def memory_locked() -> object:
    """More than the few MiB every user may lock."""
    size = 64 << 20
    LIBC.mmap.restype = ctypes.c_void_p
    place = LIBC.mmap(None, ctypes.c_size_t(size), 3, 0x22, -1, ctypes.c_size_t(0))
    return LIBC.mlock(ctypes.c_void_p(place), ctypes.c_size_t(size)) == 0
