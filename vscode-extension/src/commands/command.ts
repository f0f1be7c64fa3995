// What every command works with, and how its failures are told.
import * as vscode from "vscode";
import type { RunItem } from "../protocol";
import type { Notes } from "../notes";
import type { ProgressBars } from "../progress";
import type { Review } from "../review";
import type { Secrets } from "../secrets";
import { isHere, type Runs } from "../runs";
import { faultOf, type Server } from "../server";
import { NotReady, type Setup } from "../setup/ready";
import type { Given, Row } from "../views/row";
import { shortened, stateWords } from "../words";

export interface World {
  context: vscode.ExtensionContext;
  server: Server;
  setup: Setup;
  runs: Runs;
  bars: ProgressBars;
  notes: Notes;
  secrets: Secrets;
  review: Review;
  log: vscode.LogOutputChannel;
}

export type Command = (world: World, given: Given & Record<string, unknown>, all?: unknown) => Promise<unknown> | unknown;

/** Menus of trees hand over the row, keybindings nothing, the explorer a file. */
export function givenOf(argument: unknown): Given & Record<string, unknown> {
  if (argument instanceof vscode.Uri) return { uri: argument };
  if (!argument || typeof argument !== "object") return {};
  return "label" in argument && "id" in argument ? { ...(argument as Row).given } : { ...argument };
}

/** The run that was named, else the one that is looked at when it fits, else the only one that fits, else the person's choice. */
export async function chosenRun({ runs, server }: World, given: Given, fits: (item: RunItem) => boolean = () => true): Promise<string | undefined> {
  if (given.runId) return given.runId;
  await server.ready();
  await runs.refresh();
  const here = runs.near().filter(fits);
  const current = here.find(({ runId }) => runId === runs.current);
  if (current) return current.runId;
  const fitting = here.length ? here : (runs.list ?? []).filter(fits);
  if (fitting.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no run for this yet. Describe an application first."));
    return undefined;
  }
  if (fitting.length === 1) return fitting[0]?.runId;
  const picks = fitting.map((item) => ({
    label: shortened(runs.picture(item.runId)?.title || item.description, 60),
    description: stateWords(item.state),
    ...(!isHere(item.target) && { detail: item.target }),
    runId: item.runId,
  }));
  const chosen = await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t("Which run?") });
  return chosen?.runId;
}

/** Nothing of ours runs code for a folder nobody vouched for. */
export async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t("Manage trust");
  const words = vscode.l10n.t("This folder is in restricted mode: Samokoder shows runs, but starts none. Trust the folder to build in it.");
  const chosen = await vscode.window.showWarningMessage(words, manage);
  if (chosen) await vscode.commands.executeCommand("workbench.trust.manage");
  return false;
}

/** One sentence, with what can be done about it. */
export async function tell(world: World, error: unknown): Promise<void> {
  if (error instanceof NotReady || error instanceof vscode.CancellationError) return;
  const { kind = "", hint = "", logId, fields } = faultOf(error);
  const message = error instanceof Error ? error.message : String(error);
  world.log.error(`${message} ${hint} ${logId ?? ""}`);
  const parts = [message, hint, fields?.map(({ field, message }) => `${field}: ${message}`).join("; ")];
  const words = parts.filter((part) => part && !message.includes(`${part}.`)).join(" ");
  const ways = waysOut(world, kind);
  const chosen = await vscode.window.showErrorMessage(`Samokoder: ${words}`, ...Object.keys(ways));
  if (chosen) await ways[chosen]?.();
}

function waysOut(world: World, kind: string): Record<string, () => unknown> {
  const run = (command: string) => () => vscode.commands.executeCommand(`samokoder.ui.${command}`);
  const log = { [vscode.l10n.t("Show log")]: () => world.log.show() };
  if (/model|key|provider/i.test(kind)) return { [vscode.l10n.t("Choose model")]: run("chooseModel"), [vscode.l10n.t("Set key")]: run("setKey") };
  if (/environment|sandbox|engine/i.test(kind)) return { [vscode.l10n.t("What is missing?")]: run("doctor"), ...log };
  if (kind === "setupError") return { [vscode.l10n.t("Open settings")]: () => vscode.commands.executeCommand("workbench.action.openSettings", "@ext:samokoder.samokoder"), ...log };
  if (kind === "folderBusy") return { [vscode.l10n.t("Show runs")]: () => vscode.commands.executeCommand("samokoder.runs.focus") };
  return log;
}
