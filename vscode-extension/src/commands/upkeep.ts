// The server itself: restart, log, trace, its Python.
import * as vscode from "vscode";
import type { Command } from "./command";

export const restart: Command = async ({ server, runs }) => {
  await server.restart();
  await runs.refresh();
};

export const rebuild: Command = async ({ server, setup, runs }) => {
  await server.stop();
  await setup.forget();
  await server.ready();
  await runs.refresh();
};

export const showLog: Command = ({ log }) => log.show();

/** What passes between editor and server shows in the log when its level is Trace. */
export const trace: Command = async ({ log }) => {
  const settings = vscode.workspace.getConfiguration("samokoder");
  const on = settings.get("trace.server") !== "verbose";
  await settings.update("trace.server", on ? "verbose" : "off", vscode.ConfigurationTarget.Global);
  log.show();
  if (on) await vscode.commands.executeCommand("workbench.action.setLogLevel");
};

export const refresh: Command = async ({ server, runs }) => {
  await server.ready();
  await runs.refresh();
};

export const showRuns: Command = () => vscode.commands.executeCommand("samokoder.runs.focus");

export const chooseInterpreter: Command = async () => {
  const [chosen] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Choose Python 3.11 or newer"), openLabel: vscode.l10n.t("Use this Python") })) ?? [];
  if (!chosen) return;
  const settings = vscode.workspace.getConfiguration("samokoder");
  await settings.update("interpreter", chosen.fsPath, vscode.ConfigurationTarget.Global); // restarts the server
};

export const openWalkthrough: Command = () => vscode.commands.executeCommand("workbench.action.openWalkthrough", "samokoder.samokoder#start", false);

export const COMMANDS = { restart, rebuild, showLog, trace, refresh, showRuns, chooseInterpreter, openWalkthrough };
