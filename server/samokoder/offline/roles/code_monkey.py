"""Code monkey by rules: writes the file the application is planned to have there."""

from __future__ import annotations

from samokoder.agents.code_monkey import CodeMonkeyBrief, WrittenFile
from samokoder.offline.blueprint import Blueprint


def answer(brief: CodeMonkeyBrief, blueprint: Blueprint) -> WrittenFile:
    return WrittenFile(text=blueprint.written(brief.architecture.data_model, brief.order.path))
