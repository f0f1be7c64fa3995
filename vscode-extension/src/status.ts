// The status bar: what is going on, in one line; and the language status: model, sandbox, isolation.
import * as vscode from "vscode";
import type { Picture, Status } from "./protocol";
import { runIcon } from "./views/runs";
import { clock, doing, money, phaseWords, shortened, stateWords } from "./words";

export interface Bar {
  text: string;
  tooltip: string;
  waiting: boolean;
  /** For screen readers: no icons. */
  spoken: string;
}

/** The first of several runs is shown, with the number of others. */
export function barOf(active: readonly Status[], latest: Status | undefined, elapsed: number | undefined): Bar {
  const status = active.find(({ waiting }) => waiting.length) ?? active[0] ?? latest;
  if (!status) return { text: "$(sparkle) Samokoder", tooltip: vscode.l10n.t("Describe an application and have it built"), waiting: false, spoken: "Samokoder" };
  const waiting = status.state === "waiting" || status.waiting.length > 0;
  const words = waiting ? waitingWords(status) : status.state === "running" ? doing(status) : stateWords(status.state);
  const time = status.state === "running" && elapsed !== undefined ? clock(elapsed) : "";
  const others = active.length > 1 ? vscode.l10n.t("+{0} more", active.length - 1) : "";
  const said = [words, money(status.usage.cost), time, others].filter(Boolean).join(" · ");
  return {
    text: `$(${runIcon(waiting ? "waiting" : status.state).name}) ${said}`,
    tooltip: `**${status.title}**\n\n${stateWords(status.state)} ${status.reason}\n\n${vscode.l10n.t("Click for what can be done now")}`,
    waiting,
    spoken: `Samokoder: ${shortened(status.title, 40)}, ${said}`,
  };
}

function waitingWords({ waiting, phase }: Status): string {
  const first = waiting[0];
  if (!first || first.questionId.startsWith("approve-")) return `${phaseWords(phase)}: ${vscode.l10n.t("waits for you")}`;
  return waiting.length === 1 ? vscode.l10n.t("a question waits for you") : vscode.l10n.t("{0} questions wait for you", waiting.length);
}

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("samokoder.status", vscode.StatusBarAlignment.Left, 10);
  private readonly language = vscode.languages.createLanguageStatusItem("samokoder.language", { pattern: "**" });

  constructor() {
    this.item.name = "Samokoder";
    this.item.command = "samokoder.ui.actions";
    this.language.name = "Samokoder";
    this.language.command = { command: "samokoder.ui.chooseModel", title: vscode.l10n.t("Choose model") };
    this.language.text = "Samokoder";
  }

  show(bar: Bar): void {
    this.item.text = bar.text;
    this.item.tooltip = new vscode.MarkdownString(bar.tooltip);
    this.item.accessibilityInformation = { label: bar.spoken };
    this.item.backgroundColor = bar.waiting ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.show();
  }

  /** Before a run there is nothing to know but the settings. */
  showWorld(picture: Picture | undefined, model: string, sandbox: string, busy: boolean): void {
    this.language.text = picture?.model || model || vscode.l10n.t("embedded model");
    const level = picture?.isolation;
    this.language.detail = level
      ? vscode.l10n.t("checks run in: {0}; isolation: {1}", level.engine, level.level)
      : vscode.l10n.t("sandbox: {0}", picture?.sandbox ?? sandbox);
    this.language.severity = level?.level === "none" ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
    this.language.busy = busy;
  }

  dispose(): void {
    this.item.dispose();
    this.language.dispose();
  }
}
