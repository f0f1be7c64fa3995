// Settings as the server takes them. What would let a folder choose programs or addresses is machine-scoped in package.json.
import * as vscode from "vscode";

const PASSED_ON = [
  "model",
  "strongModel",
  "models",
  "endpoints",
  "azure",
  "baseUrl",
  "sandbox",
  "image",
  "ask",
  "approveSpecification",
  "approvePlan",
  "review",
  "state",
  "cache",
  "budget",
  "price",
  "strongPrice",
  "prices",
] as const;

/** For a change of these the server is started again. */
export const NEEDS_RESTART = [...PASSED_ON.map((name) => `samokoder.${name}`), "samokoder.interpreter"];

export function initializationOptions(): Record<string, unknown> {
  const settings = vscode.workspace.getConfiguration("samokoder");
  const given = PASSED_ON.map((name) => [name, settings.get(name)] as const).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(given);
}

export function interpreterSetting(): string {
  return vscode.workspace.getConfiguration("samokoder").get("interpreter", "");
}

function isEmpty(value: unknown): boolean {
  if (value && typeof value === "object") return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "";
}
