"""The filter of system calls: what is shipped is what the rules make of what machines know."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from samokoder.adapters import sandbox
from samokoder.adapters.sandbox.seccomp import compiled, profile_text
from samokoder.adapters.sandbox.seccomp_rules import (
    ALLOWED,
    ENOSYS,
    FILTERED,
    FORBIDDEN,
    MISSING,
    Unclassified,
    profile,
)
from samokoder.adapters.sandbox.seccomp_table import machine, names, profile_of, table
from samokoder.errors import SandboxUnavailable

RULES: list[dict[str, Any]] = json.loads(profile_text())["syscalls"]


def rules_for(name: str) -> list[dict[str, Any]]:
    return [rule for rule in RULES if name in rule["names"]]


def test_the_shipped_profile_is_made_of_the_shipped_table() -> None:
    assert (files(sandbox) / "seccomp.json").read_text() == profile_of(table())


def test_this_machine_knows_no_call_that_nobody_has_judged() -> None:
    pytest.importorskip("ctypes").CDLL("libseccomp.so.2")
    profile(names(machine()))


def test_a_new_call_is_refused_until_somebody_has_judged_it() -> None:
    with pytest.raises(Unclassified, match="brand_new_call"):
        profile([*names(table()), "brand_new_call"])


def test_every_call_is_judged_once() -> None:
    kinds = (ALLOWED, FILTERED, MISSING, FORBIDDEN)
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_both_architectures_know_what_programs_cannot_do_without(architecture: str) -> None:
    needed = set("read write openat execve clone exit_group futex mmap socket getrandom".split())
    assert needed <= set(table()[architecture]) and needed <= ALLOWED | FILTERED


@pytest.mark.parametrize(
    "name",
    "mount umount2 pivot_root chroot unshare setns ptrace process_vm_readv process_vm_writev bpf "
    "keyctl add_key perf_event_open userfaultfd kexec_load init_module finit_module open_by_handle_at "
    "reboot swapon modify_ldt syslog personality clock_settime sethostname pidfd_getfd "
    "fsopen move_mount iopl ioperm shmget msgget".split(),
)
def test_no_rule_speaks_of_what_is_forbidden(name: str) -> None:
    assert rules_for(name) == []


def test_what_no_rule_speaks_of_is_refused() -> None:
    assert json.loads(profile_text())["defaultAction"] == "SCMP_ACT_ERRNO"


def test_clone_makes_no_namespaces() -> None:
    (rule,) = rules_for("clone")
    (argument,) = rule["args"]
    spaces = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    assert argument["op"] == "SCMP_CMP_MASKED_EQ" and argument["valueTwo"] == 0
    assert all(argument["value"] & space for space in spaces)


@pytest.mark.parametrize("name", ["clone3", "io_uring_setup", "io_uring_enter", "io_uring_register"])
def test_what_a_filter_cannot_look_into_seems_to_be_missing(name: str) -> None:
    assert [(rule["action"], rule["errnoRet"]) for rule in rules_for(name)] == [("SCMP_ACT_ERRNO", ENOSYS)]


def test_sockets_are_of_few_kinds() -> None:
    rules = [{one["index"]: one["value"] for one in rule["args"]} for rule in rules_for("socket")]
    assert {rule[0] for rule in rules} == {1, 2, 10, 16}
    assert all(set(rule) == {0, 1, 2} for rule in rules if rule[0] in (2, 10))
    assert [rule["args"][0]["value"] for rule in rules_for("socketpair")] == [1]


def test_without_the_library_nothing_runs_unfiltered() -> None:
    with pytest.raises(SandboxUnavailable, match="no-such-library") as caught:
        compiled("no-such-library.so")
    assert "libseccomp2" in caught.value.hint
