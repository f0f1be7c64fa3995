"""What generated code may use: safe as it stands, and refused where it makes no sense."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from samokoder.adapters.sandbox.policy import HEADROOM, MIB, SandboxPolicy
from samokoder.errors import SetupError
from samokoder.settings import read_settings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"main_uid": 1000, "exec_uid": 1000}, "must differ"),
        ({"main_uid": 0}, "main_uid"),
        ({"exec_uid": 0}, "exec_uid"),
        ({"exec_uid": -1}, "exec_uid"),
        ({"memory": 640 * MIB + HEADROOM - 1}, "memory must be at least"),
        ({"workspace_bytes": 4096 * MIB}, "memory must be at least"),
        ({"cpus": 0}, "cpus"),
        ({"pids": 0}, "pids"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
        ({"file_size": 0}, "file_size"),
        ({"output": 9 * MIB}, "output must not be more"),
        ({"processes": 0}, "processes"),
        ({"export_files": -1}, "export_files"),
        ({"privileged": True}, "privileged"),
    ],
)
def test_a_policy_that_would_not_protect_cannot_be_made(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SandboxPolicy(**given)


def test_memory_may_be_just_what_the_folders_and_the_headroom_take() -> None:
    assert SandboxPolicy(memory=640 * MIB + HEADROOM).memory == 768 * MIB


def test_a_policy_cannot_be_changed_once_made() -> None:
    with pytest.raises(ValidationError):
        SandboxPolicy().memory = 1  # type: ignore[misc]


def test_every_part_can_be_set_by_the_editor_and_by_the_environment() -> None:
    environment = {"SAMOKODER_SANDBOX_POLICY_PIDS": "99", "SAMOKODER_SANDBOX_POLICY_SECONDS": "7"}
    policy = read_settings({"sandboxPolicy": {"seconds": 8, "workspaceBytes": MIB}}, environment).policy
    assert (policy.pids, policy.seconds, policy.workspace_bytes) == (99, 8, MIB)


def test_a_wrong_limit_is_named_with_the_place_it_was_set_in() -> None:
    with pytest.raises(
        SetupError, match=r"sandbox_policy.*SAMOKODER_SANDBOX_POLICY.*memory must be at least"
    ):
        read_settings({}, {"SAMOKODER_SANDBOX_POLICY_MEMORY": "1000"})


def test_the_image_of_the_settings_is_the_one_of_the_policy() -> None:
    assert read_settings({"image": "mine"}, {}).policy.image_for("node") == "mine"
    assert read_settings({}, {}).policy.image_for("node") == "samokoder-sandbox:node"


def test_node_gets_no_limit_of_addresses() -> None:
    assert SandboxPolicy().asked("node")["address_space"] == -1
    assert SandboxPolicy().asked("python")["address_space"] > 0
