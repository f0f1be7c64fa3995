"""Every command, what it is given, and which function performs it. ``docs/protocol.md`` tells the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samokoder.errors import SetupError
from samokoder.lsp.backend import Diagnosis
from samokoder.lsp.params import (
    AnswerParams,
    ApproveParams,
    CancelParams,
    CommentParams,
    CompareParams,
    CostsParams,
    ExchangeParams,
    ExplainParams,
    ExportParams,
    ExportRecordingParams,
    ForkParams,
    GenerateParams,
    JudgeParams,
    LogParams,
    ModelsParams,
    NoParams,
    Params,
    ProposedTextParams,
    RepairParams,
    ReplayParams,
    ResumeParams,
    RunParams,
    SteerParams,
    TestModelParams,
    TextOfParams,
    WaiveParams,
)
from samokoder.settings import Settings

if TYPE_CHECKING:
    from samokoder.lsp.server import Server


@dataclass(frozen=True)
class Command:
    params: type[Params]
    function: str
    """In ``performing``, which is imported with the first command."""


COMMANDS = {
    "samokoder.generate": Command(GenerateParams, "generate"),
    "samokoder.extend": Command(GenerateParams, "extend"),
    "samokoder.fix": Command(GenerateParams, "fix"),
    "samokoder.runs": Command(NoParams, "runs"),
    "samokoder.show": Command(RunParams, "show"),
    "samokoder.resume": Command(ResumeParams, "resume"),
    "samokoder.answer": Command(AnswerParams, "answer"),
    "samokoder.approve": Command(ApproveParams, "approve"),
    "samokoder.cancel": Command(CancelParams, "cancel"),
    "samokoder.pause": Command(CancelParams, "pause"),
    "samokoder.fork": Command(ForkParams, "fork"),
    "samokoder.repair": Command(RepairParams, "repair"),
    "samokoder.waive": Command(WaiveParams, "waive"),
    "samokoder.explain": Command(ExplainParams, "explain"),
    "samokoder.changes": Command(RunParams, "changes"),
    "samokoder.accept": Command(JudgeParams, "accept"),
    "samokoder.reject": Command(JudgeParams, "reject"),
    "samokoder.comment": Command(CommentParams, "comment"),
    "samokoder.proposedText": Command(ProposedTextParams, "proposed_text"),
    "samokoder.plan": Command(RunParams, "plan"),
    "samokoder.log": Command(LogParams, "log"),
    "samokoder.exchange": Command(ExchangeParams, "exchange"),
    "samokoder.steer": Command(SteerParams, "steer"),
    "samokoder.exportRecording": Command(ExportRecordingParams, "export_recording"),
    "samokoder.preview": Command(RunParams, "preview"),
    "samokoder.stopPreview": Command(RunParams, "stop_preview"),
    "samokoder.previewLog": Command(RunParams, "preview_log"),
    "samokoder.export": Command(ExportParams, "export"),
    "samokoder.runChecks": Command(RunParams, "run_checks"),
    "samokoder.compare": Command(CompareParams, "compare"),
    "samokoder.textOf": Command(TextOfParams, "text_of"),
    "samokoder.replay": Command(ReplayParams, "replay"),
    "samokoder.openSpecification": Command(RunParams, "open_specification"),
    "samokoder.openPlan": Command(RunParams, "open_plan"),
    "samokoder.doctor": Command(NoParams, "doctor"),
    "samokoder.costs": Command(CostsParams, "costs"),
    "samokoder.estimate": Command(NoParams, "estimate"),
    "samokoder.models": Command(ModelsParams, "models"),
    "samokoder.testModel": Command(TestModelParams, "test_model"),
}


WITHOUT_RUNS = frozenset({"models", "test_model"})
"""Done without opening the state database."""


async def perform(server: Server, command: Command, given: Params) -> Any:
    if command.function == "doctor":  # it must work where nothing else does
        return await _doctor(server)
    if command.function in WITHOUT_RUNS:
        return await _about_models(server, given)
    session = await server.session()
    from samokoder.lsp import performing

    return await getattr(performing, command.function)(session, given)


async def _doctor(server: Server) -> dict[str, Any]:
    settings = server.settings
    if isinstance(settings, Settings):
        found = await server.backend.doctor(settings, server.client.secret)
    else:
        found = [Diagnosis("settings", False, str(settings), settings.hint if settings else "")]
    return {"checks": [vars(item) for item in found]}


async def _about_models(server: Server, given: Params) -> Any:
    settings, secret = server.settings, server.client.secret
    if not isinstance(settings, Settings):
        raise settings or SetupError("The server was not initialized.")
    if isinstance(given, ModelsParams):
        return await server.backend.models(settings, secret, given.probe)
    assert isinstance(given, TestModelParams)
    return await server.backend.test_model(settings, secret, given.model)
