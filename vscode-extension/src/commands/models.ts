// Choosing a model, trying it by one cheap call, and giving a provider's key.
import * as vscode from "vscode";
import { money } from "../words";
import type { Command, World } from "./command";

interface Model {
  /** As it stands in the settings; empty for the embedded one. */
  name: string;
  title: string;
  local: boolean;
  reachable: boolean;
  whyNot: string;
  /** US dollars for a million tokens; null: unknown. */
  price: { input: number; output: number } | null;
  worksAs: string[];
}

interface Tried {
  ok: boolean;
  seconds: number;
  cost: number | null;
  error: string;
  hint: string;
}

const PROVIDERS: Record<string, string> = { openai: "OpenAI", anthropic: "Anthropic", openrouter: "OpenRouter", groq: "Groq", azure: "Azure OpenAI" };
/** As the server calls the address in `baseUrl`. */
const CUSTOM = "custom";

type Pick = vscode.QuickPickItem & { choose?: () => Promise<unknown> };

export const chooseModel: Command = async (world) => {
  const { models, unreachable } = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Looking for models") }, () =>
    world.server.ask<{ models: Model[]; unreachable: string[] }>("samokoder.models"),
  );
  const pick = (model: Model): Pick => ({ ...shown(model), choose: () => useModel(world, model.name) });
  const ways: Pick[] = [
    { label: `$(key) ${vscode.l10n.t("Give the key of a provider…")}`, choose: async () => (await giveKey(world)) && vscode.commands.executeCommand("samokoder.ui.chooseModel") },
    { label: `$(edit) ${vscode.l10n.t("Another one by name…")}`, description: vscode.l10n.t("as provider/model"), choose: () => useNamed(world) },
  ];
  const picks = [
    ...group(vscode.l10n.t("On this computer"), models.filter(({ local }) => local).map(pick)),
    ...group(vscode.l10n.t("At providers"), models.filter(({ local }) => !local).map(pick)),
    ...group(vscode.l10n.t("More"), ways),
  ];
  const placeHolder = unreachable.length ? unreachable.join("; ") : vscode.l10n.t("A model is tried by one cheap call before it is used");
  const chosen = await vscode.window.showQuickPick(picks, { title: vscode.l10n.t("Which model?"), placeHolder, matchOnDescription: true });
  await chosen?.choose?.();
};

function group(label: string, picks: Pick[]): Pick[] {
  return picks.length ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...picks] : [];
}

function shown({ name, title, local, reachable, whyNot, price, worksAs }: Model): vscode.QuickPickItem {
  const icon = worksAs.length ? "check" : local ? "device-desktop" : "cloud";
  if (!name) return { label: `$(${icon}) ${vscode.l10n.t("Embedded model")}`, description: vscode.l10n.t("no key, no network, free of charge: web applications around things people keep") };
  const cost = local ? vscode.l10n.t("free of charge") : price ? vscode.l10n.t("${0} in, ${1} out for a million tokens", price.input, price.output) : vscode.l10n.t("price unknown");
  return { label: `$(${icon}) ${title}`, description: reachable ? cost : whyNot };
}

async function useNamed(world: World): Promise<void> {
  const name = await vscode.window.showInputBox({ title: vscode.l10n.t("Name of the model"), placeHolder: "provider/model", prompt: vscode.l10n.t("For example openai/…, anthropic/…, ollama/…; without a provider: a model at the address in the settings"), ignoreFocusOut: true });
  if (name?.trim()) await useModel(world, name.trim());
}

/** A model that does not answer is set only when the person insists. */
async function useModel(world: World, model: string): Promise<void> {
  if (model && !(await tried(world, model))) return;
  const settings = vscode.workspace.getConfiguration("samokoder");
  await settings.update("model", model || undefined, vscode.ConfigurationTarget.Global);
  const words = model ? vscode.l10n.t("{0} is used from now on.", model) : vscode.l10n.t("The embedded model is used from now on.");
  void vscode.window.showInformationMessage(words);
}

async function tried(world: World, model: string): Promise<boolean> {
  const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Asking {0} one cheap question", model) }, () =>
    world.server.ask<Tried>("samokoder.testModel", { model }),
  );
  world.log.info(`${model}: ${result.ok ? "answered" : result.error} (${result.seconds.toFixed(1)} s ${money(result.cost ?? 0)})`);
  if (result.ok) return true;
  const [anyway, key] = [vscode.l10n.t("Use it anyway"), vscode.l10n.t("Set key")];
  const chosen = await vscode.window.showWarningMessage(vscode.l10n.t("{0} cannot be used: {1}", model, `${result.error} ${result.hint}`.trim()), key, anyway);
  if (chosen !== key) return chosen === anyway;
  const provider = model.includes("/") ? (model.split("/")[0] ?? CUSTOM) : CUSTOM;
  return (await askKey(world, provider)) && (await tried(world, model));
}

export const setKey: Command = async (world, given) => {
  const name = typeof given["provider"] === "string" ? given["provider"] : undefined;
  const kept = name ? (await askKey(world, name)) && name : await giveKey(world);
  if (kept) void vscode.window.showInformationMessage(vscode.l10n.t("The key for {0} is kept in the editor's secret storage.", titleOf(kept)));
};

async function giveKey(world: World): Promise<string | undefined> {
  const endpoints = Object.keys(vscode.workspace.getConfiguration("samokoder").get<object>("endpoints", {}));
  const name = await chooseProvider([...Object.keys(PROVIDERS), ...endpoints, CUSTOM]);
  return name && (await askKey(world, name)) ? name : undefined;
}

export const removeKey: Command = async ({ secrets }) => {
  const names = await secrets.names();
  if (!names.length) return vscode.window.showInformationMessage(vscode.l10n.t("No key is kept here."));
  const name = await chooseProvider(names);
  if (name) await secrets.remove(name);
};

async function chooseProvider(names: string[]): Promise<string | undefined> {
  const picks = names.map((name) => ({ label: titleOf(name), name }));
  return (await vscode.window.showQuickPick(picks, { title: vscode.l10n.t("Whose key?") }))?.name;
}

/** Whether the person gave one. */
async function askKey({ secrets }: World, provider: string): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t("Key for {0}", titleOf(provider)),
    prompt: vscode.l10n.t("It is kept in the editor's secret storage and sent to this provider only."),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/\s/.test(text.trim()) ? vscode.l10n.t("A key has no blanks in it.") : undefined),
  });
  if (!key?.trim()) return false;
  await secrets.store(provider, key.trim());
  return true;
}

function titleOf(name: string): string {
  return name === CUSTOM ? vscode.l10n.t("The address in the settings") : (PROVIDERS[name] ?? name);
}

export const COMMANDS = { chooseModel, setKey, removeKey };
