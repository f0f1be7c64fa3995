"""The bound on processes for servers that run as root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from samokoder.adapters.sandbox.counting import counted
from tests.adapters.sandboxes import needs


def test_only_root_needs_a_group_and_it_is_gone_afterwards() -> None:
    with counted(5) as words:
        if os.geteuid() != 0 or not words:
            assert words == []
            needs("counting", there=False)  # no root, or no control group that counts processes
        group = Path(words[-1]).parent
        done = subprocess.run(
            [*words, "sh", "-c", "for n in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "fork" in done.stderr.lower() and group.is_dir()
    assert not group.exists()
