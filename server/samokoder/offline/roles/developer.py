"""Developer by rules: the contract already says what goes into each file."""

from __future__ import annotations

from samokoder.agents.developer import DeveloperBrief
from samokoder.domain.architecture import Module
from samokoder.domain.paths import FilePath
from samokoder.domain.work import Breakdown, FileOrder
from samokoder.offline.blueprint import Blueprint


def answer(brief: DeveloperBrief, blueprint: Blueprint) -> Breakdown:
    contract = {module.path: module for module in brief.architecture.contract}
    orders = (FileOrder(path=path, instruction=_instruction(path, contract)) for path in brief.task.files)
    approach = f"{brief.task.title}: each file as the contract describes it, against the contract's exports."
    return Breakdown(approach=approach, orders=tuple(orders))


def _instruction(path: FilePath, contract: dict[FilePath, Module]) -> str:
    module = contract.get(path)
    if module is None:
        return f"Write {path}."
    exports = "".join(f"\n- {export}" for export in module.exports)
    return f"{module.purpose}\nExports:{exports}" if exports else module.purpose
