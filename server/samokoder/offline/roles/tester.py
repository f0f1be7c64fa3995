"""Tester by rules: the checks of the application's requirements."""

from __future__ import annotations

from samokoder.agents.tester import TesterAnswer, TesterBrief
from samokoder.domain.files import SourceFile
from samokoder.offline.blueprint import Blueprint
from samokoder.offline.roles.tech_lead import by_hand


def answer(brief: TesterBrief, blueprint: Blueprint) -> TesterAnswer:
    model = brief.architecture.data_model
    paths = brief.task.check_files
    files = tuple(SourceFile(path=p, text=blueprint.written(model, p)) for p in paths)
    return TesterAnswer(files=files, unproved=by_hand(brief.requirements, blueprint.needs(model)))
