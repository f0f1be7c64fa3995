// From "nobody knows which Python" to a Python that has the server: with progress, and one sentence when it cannot be.
import * as vscode from "vscode";
import { interpreterSetting } from "../settings";
import { build, invalidate, isComplete, placeOf, pythonOf, readBundle, removeOthers, SetupFailed, type Step } from "./environment";
import { choose, onPath, type Search } from "./python";

/** The person was told already. */
export class NotReady extends Error {}

export class Setup {
  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  private get storage(): string {
    return this.context.globalStorageUri.fsPath;
  }

  private bundle() {
    return readBundle(this.context.asAbsolutePath("bundled"));
  }

  /** Whether a server can be started without building anything. */
  async isDone(): Promise<boolean> {
    return !!interpreterSetting() || isComplete(placeOf(this.storage, await this.bundle()));
  }

  /** Makes the next `python` build from nothing. */
  async forget(): Promise<void> {
    await invalidate(placeOf(this.storage, await this.bundle()));
  }

  /** A Python that has the server of this version. Builds it when it must. */
  async python(): Promise<string> {
    const bundle = await this.bundle();
    const place = placeOf(this.storage, bundle);
    const own = await this.installed();
    if (own) return own;
    if (!(await isComplete(place))) await this.build(place);
    void removeOthers(this.storage, place);
    return pythonOf(place);
  }

  /** The Python of the setting, when Samokoder is installed there: for developers and for packaged systems. */
  private async installed(): Promise<string | undefined> {
    const setting = interpreterSetting();
    if (!setting) return undefined;
    const { found } = await choose([[setting]]);
    return found?.samokoder === this.context.extension.packageJSON.version ? found?.executable : undefined;
  }

  private async build(place: string): Promise<void> {
    const bundle = await this.bundle();
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Samokoder: first-time set-up"), cancellable: true },
      async (progress, token) => {
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        progress.report({ message: vscode.l10n.t("looking for Python") });
        const search = await choose(await this.candidates());
        if (!search.found) throw this.noPython(search);
        this.log.info(`Python ${search.found.version.join(".")} at ${search.found.executable}; environment in ${place}`);
        const step = (name: Step) => progress.report({ message: STEPS[name]() });
        const onLine = (line: string) => this.log.debug(line);
        try {
          await build(place, bundle, search.found, { signal: stop.signal, step, onLine });
        } catch (error) {
          throw stop.signal.aborted ? new vscode.CancellationError() : this.failed(error);
        }
      },
    );
  }

  private async candidates(): Promise<string[][]> {
    const setting = interpreterSetting();
    if (setting) return [[setting]];
    const active = await ofPythonExtension();
    return [...(active ? [[active]] : []), ...onPath()];
  }

  private noPython({ tried }: Search): NotReady {
    const old = tried.find((one) => one.why === "old");
    this.log.error(`no Python can be used: ${tried.map((one) => `${one.command} (${one.why} ${one.version ?? ""})`).join(", ")}`);
    const setting = interpreterSetting();
    const words = setting
      ? vscode.l10n.t("The Python that is set, {0}, cannot be used: Samokoder needs Python 3.11 or newer.", setting)
      : old
        ? vscode.l10n.t("Samokoder needs Python 3.11 or newer, and found only {0}.", old.version ?? "")
        : vscode.l10n.t("Samokoder needs Python 3.11 or newer, and found none on this computer.");
    void this.offer(words, {
      [vscode.l10n.t("Install Python")]: () => vscode.env.openExternal(vscode.Uri.parse("https://www.python.org/downloads/")),
      [vscode.l10n.t("Choose Python…")]: () => vscode.commands.executeCommand("samokoder.ui.chooseInterpreter"),
      [vscode.l10n.t("Show log")]: () => this.log.show(),
    });
    return new NotReady(words);
  }

  private failed(error: unknown): NotReady {
    const output = error instanceof SetupFailed ? error.output : String(error);
    this.log.error(output);
    const words =
      error instanceof SetupFailed && error.step === "packages" && NO_NETWORK.test(output)
        ? vscode.l10n.t("The packages Samokoder needs could not be downloaded: there seems to be no network. The variant for offline computers carries them with it.")
        : vscode.l10n.t("Setting up Samokoder failed: {0}", error instanceof Error ? error.message : String(error));
    void this.offer(words, {
      [vscode.l10n.t("Try again")]: () => vscode.commands.executeCommand("samokoder.ui.restart"),
      [vscode.l10n.t("Choose Python…")]: () => vscode.commands.executeCommand("samokoder.ui.chooseInterpreter"),
      [vscode.l10n.t("Show log")]: () => this.log.show(),
    });
    return new NotReady(words);
  }

  private async offer(words: string, ways: Record<string, () => unknown>): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(words, ...Object.keys(ways));
    if (chosen) await ways[chosen]?.();
  }
}

const NO_NETWORK = /name resolution|resolve host|getaddrinfo|Connection refused|NewConnectionError|dns error|error sending request|Failed to establish|timed out|No matching distribution found for aiosqlite/i;

const STEPS: Record<Step, () => string> = {
  wait: () => vscode.l10n.t("another window is at it"),
  create: () => vscode.l10n.t("making a Python environment (1 of 3)"),
  packages: () => vscode.l10n.t("installing packages (2 of 3)"),
  server: () => vscode.l10n.t("installing Samokoder (3 of 3)"),
};

async function ofPythonExtension(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension("ms-python.python");
  if (!extension) return undefined;
  try {
    const { environments } = await extension.activate();
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath());
    return resolved?.executable?.uri?.fsPath;
  } catch {
    return undefined;
  }
}
