"""The last step of an install, inside: programs, bytecode, and what there is now to be told outside.

Nothing of the packages is run: sources are compiled, names are listed, sizes are added up.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any

ROOT = Path("/env")


def size_of(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        total += sum(os.lstat(f"{place}/{name}").st_blocks * 512 for name in names)
    return total


def finish(told: dict[str, Any]) -> dict[str, Any]:
    """Remove ``work``; make ``links`` and ``texts``; compile ``packages`` where ``compile`` says so."""
    shutil.rmtree(ROOT / told["work"], ignore_errors=True)
    for name, target in told["links"].items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).symlink_to(target)
    for name, text in told["texts"].items():
        (ROOT / name).write_text(text, encoding="utf-8")
    packages = ROOT / told["packages"]
    packages.mkdir(parents=True, exist_ok=True)
    if told["compile"]:
        mode = PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(packages, quiet=2, workers=2, invalidation_mode=mode)
    names = {entry.name.removesuffix(".py") for entry in packages.iterdir() if told["compile"]}
    modules = sorted(name for name in names if name.isidentifier() and name != "__pycache__")
    return {"modules": modules, "bytes": size_of(ROOT)}


def main() -> None:
    print(json.dumps(finish(json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
