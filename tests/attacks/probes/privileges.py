"""Becoming root, new namespaces with rights of their own, and mounts."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import time

from .kit import LIBC, passes, probe, raw, works

SPACES = {"mount": 0x00020000, "cgroup": 0x02000000, "names": 0x04000000, "ipc": 0x08000000,
          "user": 0x10000000, "pid": 0x20000000, "network": 0x40000000, "time": 0x80}  # fmt: skip


def status(field: str) -> str:
    with open("/proc/self/status") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(field + ":")), "")


def called(result: int) -> bool:
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return True


@probe
def being_root() -> object:
    return 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid())


@probe
def groups_of_root() -> object:
    return 0 in os.getgroups()


@probe
def capabilities_in_effect() -> object:
    return int(status("CapEff"), 16)


@probe
def capabilities_that_could_be_gained() -> object:
    told = [status(field) for field in ("CapBnd", "CapInh", "CapAmb")]
    return any(int(field, 16) for field in told if field) or not told[0]


@probe
def new_privileges_on_exec() -> object:
    return LIBC.prctl(39, 0, 0, 0, 0) != 1  # PR_GET_NO_NEW_PRIVS


@probe
def no_filter_of_system_calls() -> object:
    return status("Seccomp") != "2"


@probe
def becoming_root() -> object:
    os.setuid(0)
    return True


@probe
def becoming_the_keeper() -> object:
    os.setuid(1001)
    return True


@probe
def group_of_root() -> object:
    os.setgroups([0])
    return True


@probe
def capabilities_set() -> object:
    header = ctypes.create_string_buffer(b"\x22\x05\x08\x20" + bytes(4))
    data = ctypes.create_string_buffer(b"\xff" * 24)
    return works("capset", header, data)


@probe
def ambient_capability() -> object:
    return called(LIBC.prctl(47, 2, 21, 0, 0))


@probe
def secure_bits() -> object:
    return called(LIBC.prctl(28, 1, 0, 0, 0))


@probe
def set_user_id_program_run() -> object:
    """Whether any of those there makes us somebody else."""
    for program in ("/bin/su", "/usr/bin/sudo", "/usr/bin/newgrp", "/usr/bin/pkexec"):
        if os.path.exists(program):
            done = subprocess.run(
                [program, "-c", "id -u"], capture_output=True, stdin=subprocess.DEVNULL, timeout=3
            )
            if done.stdout.strip() == b"0":
                return True
    return False


@probe
def set_user_id_program_made() -> object:
    """A copy of our own that is set-user-id to us is harmless; one that belongs to root is not."""
    with open("mine", "wb") as file:
        file.write(b"#!/bin/sh\n")
    os.chown("mine", 0, 0)
    os.chmod("mine", 0o4755)
    return True


def _new(space: str) -> object:
    return works("unshare", SPACES[space])


@probe
def new_user_namespace() -> object:
    return _new("user")


@probe
def new_mount_namespace() -> object:
    return _new("mount")


@probe
def new_network_namespace() -> object:
    return _new("network")


@probe
def new_process_namespace() -> object:
    return _new("pid")


@probe
def new_ipc_namespace() -> object:
    return _new("ipc")


@probe
def new_namespace_of_names() -> object:
    return _new("names")


@probe
def new_cgroup_namespace() -> object:
    return _new("cgroup")


@probe
def new_time_namespace() -> object:
    return _new("time")


@probe
def user_namespace_by_clone() -> object:
    result, _ = raw("clone", SPACES["user"] | 17, 0, 0, 0, 0)
    if result == 0:
        os._exit(0)
    return result > 0


@probe
def all_namespaces_by_clone() -> object:
    result, _ = raw("clone", 17 | sum(SPACES.values()) & ~0x80, 0, 0, 0, 0)
    if result == 0:
        os._exit(0)
    return result > 0


@probe
def user_namespace_by_clone3() -> object:
    arguments = (ctypes.c_uint64 * 8)(SPACES["user"], 0, 0, 0, 17, 0, 0, 0)
    result, _ = raw("clone3", arguments, 64)
    if result == 0:
        os._exit(0)
    return result > 0


@probe
def plain_clone3() -> object:
    """Its flags lie in memory, where a filter cannot look, so all of it is refused."""
    arguments = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17, 0, 0, 0)
    result, _ = raw("clone3", arguments, 64)
    if result == 0:
        os._exit(0)
    return result > 0


@probe
def namespace_of_the_first_process() -> object:
    return passes("setns", os.open("/proc/1/ns/mnt", os.O_RDONLY), 0)


@probe
def own_namespace_entered_again() -> object:
    return passes("setns", os.open("/proc/self/ns/net", os.O_RDONLY), 0)


def alone() -> None:
    """Where mounts are allowed, make them for this process only."""
    works("unshare", SPACES["mount"])
    works("mount", b"none", b"/", None, 0x44000, None)  # private, with all below


@probe
def mount_of_memory() -> object:
    alone()
    return works("mount", b"none", b"/tmp", b"tmpfs", 0, None)


@probe
def mount_of_process_information() -> object:
    alone()
    return works("mount", b"proc", b"/tmp", b"proc", 0, None)


@probe
def mount_of_a_folder() -> object:
    alone()
    return works("mount", b"/usr", b"/tmp", None, 4096, None)


@probe
def mount_by_the_new_calls() -> object:
    return passes("fsopen", b"tmpfs", 0)


@probe
def tree_opened_for_mounting() -> object:
    return passes("open_tree", -100, b"/usr", 1)


@probe
def mount_moved() -> object:
    return passes("move_mount", -1, b"", -1, b"", 0)


@probe
def mount_attributes_changed() -> object:
    return passes("mount_setattr", -1, b"", 0, None, 0)


@probe
def unmount() -> object:
    alone()
    return works("umount2", b"/proc", 2)


@probe
def new_root_by_pivot() -> object:
    return passes("pivot_root", b"/tmp", b"/tmp")


@probe
def new_root_by_chroot() -> object:
    os.chroot("/tmp")
    return True


@probe
def name_of_the_machine() -> object:
    socket.sethostname("attacked")
    return True


@probe
def domain_of_the_machine() -> object:
    return works("setdomainname", b"attacked", 8)


@probe
def clock_of_the_machine() -> object:
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    return True


@probe
def clock_by_the_old_call() -> object:
    return passes("settimeofday", None, ctypes.create_string_buffer(8))


@probe
def clock_tuned() -> object:
    return works("adjtimex", ctypes.create_string_buffer(b"\x01" + bytes(255)))


@probe
def restart_of_the_machine() -> object:
    return passes("reboot", 0, 0, 0, 0)  # wrong magic numbers: refused after the check of privileges


@probe
def swap_space() -> object:
    return passes("swapon", b"/nowhere", 0)


@probe
def accounting() -> object:
    return passes("acct", b"/nowhere")


@probe
def quotas() -> object:
    return passes("quotactl", 0x80000700, b"/nowhere", 0, None)
