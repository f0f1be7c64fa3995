// What waits for the person: questions, approvals, and runs that could go on.
import { l10n } from "vscode";
import { APPROVALS, CAN_GO_ON, type RunItem, type Question } from "../protocol";
import { shortened, stateWords } from "../words";
import { BLUE, YELLOW, type Row } from "./row";

export function forYouRows(questions: readonly Question[], here: readonly RunItem[], changes: readonly Row[] = []): Row[] {
  const going = here.slice(0, 1).filter(({ state }) => CAN_GO_ON.includes(state));
  return [...questions.map(questionRow), ...changes, ...going.map(resumeRow)];
}

export function questionRow(asked: Question): Row {
  const approval = asked.questionId in APPROVALS;
  return {
    id: `question/${asked.runId}/${asked.questionId}`,
    label: approval ? approvalWords(asked.questionId) : asked.text,
    description: approval ? l10n.t("read, then approve") : asked.options.join(" / "),
    tooltip: asked.text,
    icon: { name: approval ? "checklist" : "question", color: YELLOW },
    context: approval ? "approval" : "question",
    command: approval ? "samokoder.ui.openApproval" : "samokoder.ui.answer",
    given: { runId: asked.runId, questionId: asked.questionId },
  };
}

export function approvalWords(questionId: string): string {
  return questionId === "approve-plan" ? l10n.t("The plan is ready") : l10n.t("The specification is ready");
}

function resumeRow(item: RunItem): Row {
  return {
    id: `resume/${item.runId}`,
    label: l10n.t("Continue: {0}", shortened(item.description, 50)),
    description: stateWords(item.state),
    icon: { name: "debug-continue", color: BLUE },
    context: `resumable`,
    command: "samokoder.ui.resume",
    given: { runId: item.runId },
  };
}
