"""What clients send with our commands: one object each, camelCase, nothing unknown."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from samokoder.domain.request import SandboxChoice


class Params(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _lua_has_one_empty(cls, given: Any) -> Any:
        """Lua cannot tell an empty object from an empty list; None comes from clients without arguments."""
        return {} if given in ([], None) else given


class Place(Params):
    """A position of LSP; characters are counted in UTF-16 units unless negotiated otherwise."""

    line: int = Field(ge=0)
    character: int = Field(ge=0)


class Span(Params):
    start: Place
    end: Place


class BudgetParams(Params):
    """What is not given is as in the settings. Cost is in millionths of a US dollar."""

    calls: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    cost: int | None = Field(default=None, ge=0)
    task_cost: int | None = Field(default=None, ge=0)
    day_cost: int | None = Field(default=None, ge=0)
    warn: int | None = Field(default=None, ge=1, le=100)
    on_cap: Literal["stop", "ask"] | None = None
    seconds: float | None = Field(default=None, gt=0)
    repairs: int | None = Field(default=None, ge=0)
    reviews: int | None = Field(default=None, ge=1)
    check_rewrites: int | None = Field(default=None, ge=0)
    retries: int | None = Field(default=None, ge=0)


class OptionsParams(Params):
    """What is not given is as in the settings."""

    ask: bool | None = None
    approve_specification: bool | None = None
    approve_plan: bool | None = None
    review: bool | None = None
    """Whether files are proposed, and put into the folder by the person."""
    sandbox: SandboxChoice | None = None
    budget: BudgetParams = BudgetParams()


class GenerateParams(Params):
    description: str | None = None
    uri: str | None = None
    """The document that is the description, or with ``range`` a part of it."""
    range: Span | None = None
    target: str | None = None
    """Folder as an absolute path or a file URI; without it, the workspace folder."""
    options: OptionsParams = OptionsParams()
    work_done_token: str | int | None = None

    @model_validator(mode="after")
    def _one_description(self) -> GenerateParams:
        if (self.description is None) == (self.uri is None):
            raise ValueError("give either description or uri")
        if self.range is not None and self.uri is None:
            raise ValueError("range needs uri")
        return self


class NoParams(Params):
    pass


class RunParams(Params):
    run_id: str


class CancelParams(Params):
    run_id: str | None = None
    """None: the only run under way."""


class MoreParams(Params):
    """Added to what the run may spend."""

    calls: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    cost: int = Field(default=0, ge=0)
    seconds: float = Field(default=0, ge=0)


class ResumeParams(RunParams):
    more: MoreParams = MoreParams()
    work_done_token: str | int | None = None


class AnswerParams(RunParams):
    question_id: str | None = None
    """None: the only question that waits."""
    text: str | None = Field(default=None, max_length=20_000)
    skip: bool = False
    work_done_token: str | int | None = None

    @model_validator(mode="after")
    def _text_or_skip(self) -> AnswerParams:
        if self.skip == (self.text is not None):
            raise ValueError("give either text or skip")
        return self


class ApproveParams(RunParams):
    work_done_token: str | int | None = None


class CostsParams(Params):
    run_id: str | None = None
    """None: all runs."""


class ModelsParams(Params):
    probe: bool = False
    """Whether to try out what the chosen models can do; costs a few hundred tokens each."""


class TestModelParams(Params):
    model: str | None = Field(default=None, max_length=300)
    """None: the one that is chosen."""


class ForkParams(RunParams):
    step: int = Field(ge=0)
    target: str | None = None


class RepairParams(RunParams):
    finding_id: str | None = None
    work_done_token: str | int | None = None


class WaiveParams(RunParams):
    finding_id: str
    reason: str = Field(max_length=2_000)
    """Stays on record; blanks alone are refused."""


class JudgeParams(RunParams):
    """What of the proposed changes is meant."""

    path: str | None = None
    hunks: tuple[str, ...] | None = None
    """Ids; None: all that wait in the file."""
    all: bool = False

    @model_validator(mode="after")
    def _one_choice(self) -> JudgeParams:
        if (self.path is None) != self.all:
            raise ValueError("give either path or all")
        if self.hunks is not None and self.path is None:
            raise ValueError("hunks needs path")
        return self


class CommentParams(RunParams):
    path: str
    range: Span | None = None
    """In the proposed text."""
    text: str = Field(max_length=20_000)
    work_done_token: str | int | None = None


class ProposedTextParams(Params):
    uri: str | None = None
    run_id: str | None = None
    path: str | None = None

    @model_validator(mode="after")
    def _one_file(self) -> ProposedTextParams:
        if (self.uri is None) == (self.run_id is None or self.path is None):
            raise ValueError("give either uri, or runId and path")
        return self


class LogParams(RunParams):
    after: int = Field(default=0, ge=0)
    """The first step to tell of."""


class ExchangeParams(RunParams):
    step: int = Field(ge=0)
    show: bool = False


class SteerParams(RunParams):
    text: str = Field(max_length=20_000)


class ExplainParams(RunParams):
    finding_id: str | None = None
    check_id: str | None = None
    show: bool = False
    """Whether to open it as a document, for editors that do nothing with a result."""

    @model_validator(mode="after")
    def _one_thing(self) -> ExplainParams:
        if (self.finding_id is None) == (self.check_id is None):
            raise ValueError("give either findingId or checkId")
        return self


class ExportRecordingParams(RunParams):
    path: str
    """A new file, as an absolute path or a file URI."""


class ExportParams(RunParams):
    path: str
    """A zip file, as an absolute path or a file URI."""
    force: bool = False
    """Whether a file that is there already is replaced."""


class CompareParams(RunParams):
    from_step: int = Field(alias="from", ge=0)
    """How many steps were done then."""
    to_step: int | None = Field(default=None, alias="to", ge=0)
    """None: now."""


class TextOfParams(RunParams):
    path: str | None = None
    step: int | None = Field(default=None, ge=0)
    """The file as it was after so many steps; None: as it is now."""
    digest: str | None = None
    """A content by its digest, instead."""

    @model_validator(mode="after")
    def _one_content(self) -> TextOfParams:
        if (self.path is None) == (self.digest is None) or (self.digest and self.step is not None):
            raise ValueError("give either path, perhaps with step, or digest")
        return self


class ReplayParams(Params):
    run_id: str | None = None
    recording: str | None = None
    """A file that ``exportRecording`` made."""
    target: str | None = None
    """A folder the files are written into, over nothing that is there."""

    @model_validator(mode="after")
    def _one_run(self) -> ReplayParams:
        if (self.run_id is None) == (self.recording is None):
            raise ValueError("give either runId or recording")
        return self
