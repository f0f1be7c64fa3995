"""bubblewrap keeps the sizes of the policy, and says so only after having looked."""

from __future__ import annotations

import json

import pytest

from samokoder.adapters.sandbox.policy import MIB, SandboxPolicy
from samokoder.adapters.sandbox.probing import folders_kept
from samokoder.domain.paths import FilePath
from samokoder.errors import PolicyUnsupported
from tests.adapters.sandboxes import NOTHING, check, runner

SMALL = SandboxPolicy(workspace_bytes=24 * MIB, tmp_bytes=3 * MIB, shm_bytes=2 * MIB)
SIZES = {"workspace_bytes": 24 * MIB, "tmp_bytes": 3 * MIB, "shm_bytes": 2 * MIB}
FILL = """
import os, sys
for folder in (".", "/tmp", "/dev/shm"):
    written = 0
    try:
        with open(f"{folder}/much", "wb", buffering=0) as file:
            while written < 64 << 20:
                written += file.write(bytes(65536))
    except OSError as error:
        print(error.errno, written >> 20)
"""


async def test_folders_are_as_large_as_the_policy_says() -> None:
    made = await runner("bubblewrap", SMALL)
    assert made.effective == SIZES
    async with made.open(NOTHING, warm=False) as session:
        report = await session.run({FilePath("fill.py"): FILL.encode()}, check("python", "fill.py"))
    assert report.output.splitlines() == ["28 23", "28 3", "28 2"], report


@pytest.mark.parametrize("name", SIZES)
def test_a_folder_that_is_larger_or_none_of_its_own_refuses_the_sandbox_with_its_name(name: str) -> None:
    for found in (None, SIZES[name] * 2):
        told = json.dumps({**SIZES, name: found})
        with pytest.raises(PolicyUnsupported, match=name):
            folders_kept("bubblewrap", told, SMALL)
