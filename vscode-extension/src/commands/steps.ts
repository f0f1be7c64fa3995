// Earlier steps of a run: what has changed since, and going back, which is a new run: nothing is deleted.
import * as vscode from "vscode";
import type { RunStarted } from "../protocol";
import { chosenRun, trusted, type Command, type World } from "./command";
import { begin } from "./starting";

const SCHEME = "samokoder-step";

interface Compared {
  files: { path: string; before: string | null; after: string | null }[];
}

export const compare: Command = async (world, given) => {
  const runId = await chosenRun(world, given);
  if (!runId) return;
  const last = (await world.runs.look(runId))?.steps ?? 0;
  const from = await askStep(vscode.l10n.t("Compare from which step?"), last, 0);
  const to = from === undefined ? undefined : await askStep(vscode.l10n.t("… to which step?"), last, last);
  if (from === undefined || to === undefined) return;
  const { files } = await world.server.ask<Compared>("samokoder.compare", { runId, from, to });
  if (!files.length) return vscode.window.showInformationMessage(vscode.l10n.t("No file differs between these steps."));
  const at = (path: string, step: number, there: unknown) => (there === null ? undefined : uriOf(runId, step, path));
  const changes = files.map(({ path, before, after }) => [uriOf(runId, to, path), at(path, from, before), at(path, to, after)]);
  await vscode.commands.executeCommand("vscode.changes", vscode.l10n.t("Steps {0} to {1}", from, to), changes);
};

export const restore: Command = async (world, given) => {
  if (!(await trusted())) return;
  const runId = await chosenRun(world, given, ({ state }) => state !== "running");
  if (!runId) return;
  const last = (await world.runs.look(runId))?.steps ?? 0;
  const step = await askStep(vscode.l10n.t("Go back to which step? It becomes a new run; this one stays as it is."), last, last);
  if (step === undefined) return;
  const fork = await world.server.ask<RunStarted>("samokoder.fork", { runId, step });
  await begin(world, "samokoder.resume", { runId: fork.runId }, vscode.l10n.t("Going on from step {0}", step));
};

async function askStep(title: string, last: number, usual: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    value: String(usual),
    prompt: vscode.l10n.t("A number from 0 to {0}", last),
    validateInput: (value) => (/^\d+$/.test(value) && Number(value) <= last ? undefined : vscode.l10n.t("A number from 0 to {0}", last)),
  });
  return text === undefined ? undefined : Number(text);
}

/** The query says which step of which run; the path gives name and language. */
function uriOf(runId: string, step: number, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${path}`, query: JSON.stringify({ runId, step }) });
}

export function stepTexts(world: World): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const { runId, step } = JSON.parse(uri.query);
      return (await world.server.ask<{ text: string }>("samokoder.textOf", { runId, step, path: uri.path.slice(1) })).text;
    },
  });
}

export const COMMANDS = { compare, restore };
