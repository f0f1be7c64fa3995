// Questions of the agents: asked once as a notification, and kept in the view for as long as they wait.
import * as vscode from "vscode";
import { APPROVALS, type Question } from "./protocol";
import type { Given } from "./views/row";

const BUTTONS = 3;
/** Longer ones are cut off on a button; a list shows them whole. */
const BUTTON_LENGTH = 16;

export class Questions {
  private readonly asked = new Set<string>();

  constructor(private readonly isOurs: (runId: string) => boolean) {}

  /** Not awaited by anybody: a notification may stay for hours. */
  async put(question: Question): Promise<void> {
    const key = `${question.runId}/${question.questionId}/${question.text}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    const given = { runId: question.runId, questionId: question.questionId };
    await (question.questionId in APPROVALS ? this.approval(question, given) : this.ask(question, given));
  }

  /** So that one who comes back is asked again. */
  forget(): void {
    this.asked.clear();
  }

  private async approval(question: Question, given: Given): Promise<void> {
    if (this.isOurs(question.runId) && vscode.window.state.focused) await vscode.commands.executeCommand("samokoder.ui.openApproval", given);
    const [read, approve] = [vscode.l10n.t("Read it"), vscode.l10n.t("Approve")];
    const words =
      question.questionId === "approve-plan"
        ? vscode.l10n.t("Samokoder: the plan is ready. Read it, change what you like, then approve it.")
        : vscode.l10n.t("Samokoder: the specification is ready. Read it, change what you like, then approve it.");
    const chosen = await vscode.window.showInformationMessage(words, read, approve);
    if (chosen === read) await vscode.commands.executeCommand("samokoder.ui.openApproval", given);
    if (chosen === approve) await vscode.commands.executeCommand("samokoder.ui.approve", given);
  }

  private async ask(question: Question, given: Given): Promise<void> {
    const fit = question.options.length <= BUTTONS && question.options.every((option) => option.length <= BUTTON_LENGTH);
    const options = fit ? question.options : [];
    const other = options.length ? vscode.l10n.t("Another answer…") : vscode.l10n.t("Answer…");
    const chosen = await vscode.window.showInformationMessage(`Samokoder: ${question.text}`, ...options, other);
    if (chosen === undefined) return;
    const text = chosen === other ? {} : { text: chosen };
    await vscode.commands.executeCommand("samokoder.ui.answer", { ...given, ...text });
  }
}
