// Choosing a model, and giving its provider's key.
import * as vscode from "vscode";
import type { Command, World } from "./command";

/** A provider as `samokoder.models` tells of it. */
export interface Provider {
  name: string;
  title?: string;
  /** On this machine: no key, no costs. */
  local?: boolean;
  needsKey?: boolean;
  models?: { name: string; title?: string; price?: { input: number; output: number } | null }[];
}

/** For servers that do not tell. */
const KNOWN: Provider[] = [
  { name: "openai", title: "OpenAI", needsKey: true },
  { name: "anthropic", title: "Anthropic", needsKey: true },
  { name: "openrouter", title: "OpenRouter", needsKey: true },
  { name: "groq", title: "Groq", needsKey: true },
  { name: "azure", title: "Azure OpenAI", needsKey: true },
  { name: "ollama", title: "Ollama", local: true },
  { name: "lmstudio", title: "LM Studio", local: true },
  { name: "llamacpp", title: "llama.cpp", local: true },
  { name: "vllm", title: "vLLM", local: true },
];

const CUSTOM = "custom";

async function providers({ server }: World): Promise<Provider[]> {
  await server.ready();
  if (!server.offers("samokoder.models")) return KNOWN;
  return (await server.ask<{ providers: Provider[] }>("samokoder.models")).providers;
}

export const chooseModel: Command = async (world) => {
  const provider = await chooseProvider(await providers(world), true);
  if (!provider) return;
  if (provider.name === "") return useModel(world, "");
  if (provider.needsKey && !(await world.secrets.has(provider.name)) && !(await askKey(world, provider))) return;
  const model = await chooseName(provider);
  if (model) await useModel(world, `${provider.name}/${model}`);
};

export const setKey: Command = async (world, given) => {
  const all = await providers(world);
  const named = all.find(({ name }) => name === given["provider"]);
  const custom: Provider = { name: CUSTOM, title: vscode.l10n.t("The address in the settings"), needsKey: true };
  const provider = named ?? (await chooseProvider([...all.filter(({ local }) => !local), custom]));
  if (provider && (await askKey(world, provider))) void vscode.window.showInformationMessage(vscode.l10n.t("The key for {0} is kept in the editor's secret storage.", titleOf(provider)));
};

export const removeKey: Command = async (world) => {
  const all = [...(await providers(world)), { name: CUSTOM, title: vscode.l10n.t("The address in the settings") }];
  const kept = await Promise.all(all.map(({ name }) => world.secrets.has(name)));
  const removable = all.filter((_, index) => kept[index]);
  if (!removable.length) return vscode.window.showInformationMessage(vscode.l10n.t("No key is kept here."));
  const provider = await chooseProvider(removable);
  if (provider) await world.secrets.remove(provider.name);
};

async function chooseProvider(all: Provider[], withEmbedded = false): Promise<Provider | undefined> {
  const embedded = { label: `$(package) ${vscode.l10n.t("Embedded model")}`, description: vscode.l10n.t("no key, no network, free of charge: web applications around things people keep"), provider: { name: "" } };
  const picks = all.map((provider) => ({
    label: `$(${provider.local ? "device-desktop" : "cloud"}) ${titleOf(provider)}`,
    description: provider.local ? vscode.l10n.t("on this computer") : vscode.l10n.t("needs a key"),
    provider,
  }));
  const chosen = await vscode.window.showQuickPick([...(withEmbedded ? [embedded] : []), ...picks], { title: vscode.l10n.t("Whose model?"), matchOnDescription: true });
  return chosen?.provider;
}

/** Kept only when the person gave one. */
async function askKey({ secrets }: World, provider: Provider): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t("Key for {0}", titleOf(provider)),
    prompt: vscode.l10n.t("It is kept in the editor's secret storage and sent to this provider only."),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/^\S*$/.test(text.trim()) ? undefined : vscode.l10n.t("A key has no blanks in it.")),
  });
  if (!key?.trim()) return false;
  await secrets.store(provider.name, key.trim());
  return true;
}

async function chooseName({ models, name }: Provider): Promise<string | undefined> {
  if (!models?.length) return vscode.window.showInputBox({ title: vscode.l10n.t("Name of the model, as {0} calls it", name), ignoreFocusOut: true });
  const other = { label: `$(edit) ${vscode.l10n.t("Another one…")}`, model: undefined };
  const picks = models.map((model) => ({ label: model.title ?? model.name, description: priceWords(model.price), model: model.name }));
  const chosen = await vscode.window.showQuickPick([...picks, other], { title: vscode.l10n.t("Which model?") });
  if (!chosen) return undefined;
  return chosen.model ?? chooseName({ name });
}

function priceWords(price: { input: number; output: number } | null | undefined): string {
  return price ? vscode.l10n.t("${0} in, ${1} out for a million tokens", price.input, price.output) : "";
}

/** Tried before it is set; a model that does not answer is set only when the person insists. */
async function useModel(world: World, model: string): Promise<void> {
  if (model && world.server.offers("samokoder.testModel") && !(await test(world, model))) return;
  const settings = vscode.workspace.getConfiguration("samokoder");
  await settings.update("model", model || undefined, vscode.ConfigurationTarget.Global);
  const words = model ? vscode.l10n.t("{0} is used from now on.", model) : vscode.l10n.t("The embedded model is used from now on.");
  void vscode.window.showInformationMessage(words);
}

interface Tested {
  ok: boolean;
  found?: string;
  hint?: string;
}

async function test(world: World, model: string): Promise<boolean> {
  const tested = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Asking {0} one cheap question", model) }, () =>
    world.server.ask<Tested>("samokoder.testModel", { model }),
  );
  if (tested.ok) return true;
  const [anyway, key] = [vscode.l10n.t("Use it anyway"), vscode.l10n.t("Set key")];
  const chosen = await vscode.window.showWarningMessage(vscode.l10n.t("{0} did not answer: {1}", model, [tested.found, tested.hint].filter(Boolean).join(" ")), anyway, key);
  if (chosen === key) await vscode.commands.executeCommand("samokoder.ui.setKey", { provider: model.split("/")[0] });
  return chosen === anyway;
}

function titleOf({ title, name }: Provider): string {
  return title ?? name;
}

export const COMMANDS = { chooseModel, setKey, removeKey };
