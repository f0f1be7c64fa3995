// Trying the application out: beside its code or in the browser, what it prints, its checks; and taking it elsewhere.
import * as path from "node:path";
import * as vscode from "vscode";
import type { RunStarted } from "../protocol";
import { chosenRun, trusted, type Command, type World } from "./command";
import { begin } from "./starting";

interface Previewed {
  url: string;
}

export const preview: Command = async (world, given) => {
  const previewed = await start(world, given.runId);
  if (!previewed) return;
  const inBrowser = vscode.workspace.getConfiguration("samokoder").get("preview") === "browser";
  await (inBrowser ? openOutside(previewed.url) : openInside(previewed.url));
};

export const openPreviewInBrowser: Command = async (world, given) => {
  const previewed = await start(world, given.runId);
  if (previewed) await openOutside(previewed.url);
};

async function start(world: World, runId: string | undefined): Promise<Previewed | undefined> {
  if (!(await trusted())) return undefined;
  const chosen = await chosenRun(world, runId ? { runId } : {}, ({ state }) => state === "verified" || state === "built_unverified");
  if (!chosen) return undefined;
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Starting the application") }, () =>
    world.server.ask<Previewed>("samokoder.preview", { runId: chosen }),
  );
}

/** Beside the code. A desktop whose server is elsewhere reaches it by a forwarded port. */
async function openInside(url: string): Promise<void> {
  const reachable = vscode.env.remoteName && vscode.env.uiKind === vscode.UIKind.Desktop ? await vscode.env.asExternalUri(vscode.Uri.parse(url)) : vscode.Uri.parse(url);
  const options = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  await vscode.commands.executeCommand("simpleBrowser.api.open", reachable, options).then(undefined, () => openOutside(url));
}

async function openOutside(url: string): Promise<void> {
  await vscode.env.openExternal(vscode.Uri.parse(url));
}

export const stopPreview: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (runId) await world.server.ask("samokoder.stopPreview", { runId });
};

export const previewLog: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (!runId) return;
  const told = await world.server.ask<{ text?: string; lines?: string[] }>("samokoder.previewLog", { runId });
  const text = told.text ?? told.lines?.join("\n") ?? "";
  const printed = `\`\`\`\`text\n${text || vscode.l10n.t("It has printed nothing.")}\n\`\`\`\``;
  await world.notes.show(vscode.l10n.t("What the application prints"), printed);
};

export const runChecks: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given);
  if (runId) await begin(world, "samokoder.runChecks", { runId }, vscode.l10n.t("Running the checks"));
};

export const exportRun: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (!runId) return;
  const folder = world.runs.status(runId)?.target ?? "";
  const suggested = vscode.Uri.file(path.join(path.dirname(folder), `${path.basename(folder) || "application"}.zip`));
  const chosen = await vscode.window.showSaveDialog({ defaultUri: suggested, filters: { ZIP: ["zip"] }, title: vscode.l10n.t("Export the application, with its evidence") });
  if (!chosen) return;
  await world.server.ask<RunStarted>("samokoder.export", { runId, path: chosen.fsPath });
  const reveal = vscode.l10n.t("Show the file");
  const pressed = await vscode.window.showInformationMessage(vscode.l10n.t("Exported to {0}.", chosen.fsPath), reveal);
  if (pressed) await vscode.commands.executeCommand("revealFileInOS", chosen);
};

export const COMMANDS = { preview, openPreviewInBrowser, stopPreview, previewLog, runChecks, export: exportRun };
