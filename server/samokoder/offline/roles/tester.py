"""Tester by rules: the checks of the application's requirements."""

from __future__ import annotations

from samokoder.agents.tester import TesterAnswer, TesterBrief
from samokoder.domain.files import SourceFile
from samokoder.offline.blueprint import Blueprint


def answer(brief: TesterBrief, blueprint: Blueprint) -> TesterAnswer:
    model = brief.architecture.data_model
    paths = brief.task.check_files
    return TesterAnswer(files=tuple(SourceFile(path=p, text=blueprint.written(model, p)) for p in paths))
