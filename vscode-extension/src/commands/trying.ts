// Trying the application out: beside its code or in the browser, what it prints, its checks; and taking it elsewhere.
import * as path from "node:path";
import * as vscode from "vscode";
import { chosenRun, trusted, type Command, type World } from "./command";

interface Previewed {
  url: string;
  state: "starting" | "ready" | "failed" | "stopped";
  why: string;
}

interface Checked {
  passed: boolean;
  stale: boolean;
  changes: { path: string }[];
  checks: { title: string; state: "passed" | "failed" | "not run"; seconds: number; fault: string; output: string }[];
}

export const preview: Command = async (world, given) => {
  const previewed = await start(world, given.runId);
  if (!previewed) return;
  const inBrowser = vscode.workspace.getConfiguration("samokoder").get("preview") === "browser";
  const framed = !inBrowser && (await canBeFramed(previewed.url));
  if (!inBrowser && !framed) void vscode.window.showInformationMessage(vscode.l10n.t("The application forbids being shown inside other pages, so it opens in your browser."));
  await (framed ? openInside(previewed.url) : openOutside(previewed.url));
};

/** An application may refuse to be shown within a page, which a preview beside the code is. */
async function canBeFramed(url: string): Promise<boolean> {
  try {
    const { headers } = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const policy = headers.get("content-security-policy") ?? "";
    return !headers.has("x-frame-options") && !/frame-ancestors\s+('none'|'self'\s*(;|$))/i.test(policy);
  } catch {
    return true; // the page itself says what is wrong
  }
}

export const openPreviewInBrowser: Command = async (world, given) => {
  const previewed = await start(world, given.runId);
  if (previewed) await openOutside(previewed.url);
};

async function start(world: World, runId: string | undefined): Promise<Previewed | undefined> {
  if (!(await trusted())) return undefined;
  const chosen = await chosenRun(world, runId ? { runId } : {}, ({ state }) => state === "verified" || state === "built_unverified");
  if (!chosen) return undefined;
  const previewed = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Starting the application") }, () =>
    world.server.ask<Previewed>("samokoder.preview", { runId: chosen }),
  );
  if (previewed.state === "ready") return previewed;
  const log = vscode.l10n.t("What it printed");
  void vscode.window.showErrorMessage(vscode.l10n.t("The application did not start: {0}", previewed.why), log).then((pressed) => pressed && previewLog(world, { runId: chosen }));
  return undefined;
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
  const told = await world.server.ask<{ log: string }>("samokoder.previewLog", { runId });
  const printed = `\`\`\`\`text\n${told.log || vscode.l10n.t("It has printed nothing.")}\n\`\`\`\``;
  await world.notes.show(vscode.l10n.t("What the application prints"), printed);
};

export const runChecks: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given);
  if (!runId) return;
  const checked = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Running the checks") }, () =>
    world.server.ask<Checked>("samokoder.runChecks", { runId }),
  );
  await world.notes.show(vscode.l10n.t("Checks of the files as they are now"), report(checked));
};

function report({ passed, stale, changes, checks }: Checked): string {
  const verdict = passed ? vscode.l10n.t("All checks pass on the files as they are now.") : vscode.l10n.t("Not every check passes on the files as they are now.");
  const since = stale ? vscode.l10n.t("Changed since the run: {0}", changes.map(({ path }) => `\`${path}\``).join(", ")) : "";
  const marks = { passed: "✅", failed: "❌", "not run": "⚠️" };
  const lines = checks.map(({ title, state, seconds, fault, output }) => {
    const shown = state === "passed" || !output ? "" : `\n\`\`\`\`text\n${output.slice(-4000)}\n\`\`\`\`\n`;
    return `- ${marks[state]} ${title} (${vscode.l10n.t("{0} s", seconds.toFixed(1))}) ${fault}${shown}`;
  });
  return [`# ${verdict}`, since, lines.join("\n")].filter(Boolean).join("\n\n");
}

export const exportRun: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (!runId) return;
  const folder = world.runs.status(runId)?.target ?? "";
  const suggested = vscode.Uri.file(path.join(path.dirname(folder), `${path.basename(folder) || "application"}.zip`));
  const chosen = await vscode.window.showSaveDialog({ defaultUri: suggested, filters: { ZIP: ["zip"] }, title: vscode.l10n.t("Export the application, with its evidence") });
  if (!chosen) return;
  await world.server.ask("samokoder.export", { runId, path: chosen.fsPath, force: true }); // the dialog has asked before replacing
  const reveal = vscode.l10n.t("Show the file");
  const pressed = await vscode.window.showInformationMessage(vscode.l10n.t("Exported to {0}.", chosen.fsPath), reveal);
  if (pressed) await vscode.commands.executeCommand("revealFileInOS", chosen);
};

export const COMMANDS = { preview, openPreviewInBrowser, stopPreview, previewLog, runChecks, export: exportRun };
