// The server's life: started when first needed, restarted after a crash but not for ever, asked by command.
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  ResponseError,
  State as ClientState,
  type ErrorHandler,
  type LanguageClientOptions,
  type ServerOptions,
} from "vscode-languageclient/node";
import type { Fault } from "./protocol";
import { initializationOptions } from "./settings";
import { cleanEnvironment } from "./setup/processes";
import type { Setup } from "./setup/ready";

const CRASHES = 3;
/** Milliseconds in which so many crashes are too many. */
const WITHIN = 180_000;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient> | undefined;
  private crashes: number[] = [];
  /** Between a crash and the moment the client runs again. */
  private restarting = false;
  private readonly started = new vscode.EventEmitter<LanguageClient>();
  private readonly stopped = new vscode.EventEmitter<void>();
  /** Also after a restart. */
  readonly onStarted = this.started.event;
  readonly onStopped = this.stopped.event;

  constructor(
    private readonly setup: Setup,
    private readonly log: vscode.LogOutputChannel,
    private readonly home: string,
    private readonly options: Pick<LanguageClientOptions, "middleware">,
    private readonly equip: (client: LanguageClient) => void,
  ) {}

  get isRunning(): boolean {
    return this.client?.state === ClientState.Running;
  }

  /** Undefined before the server was heard. */
  offers(command: string): boolean | undefined {
    const provided = this.client?.initializeResult?.capabilities.executeCommandProvider?.commands;
    return provided && provided.includes(command);
  }

  async ask<T>(command: string, given: object = {}): Promise<T> {
    const client = await this.ready();
    return client.sendRequest<T>("workspace/executeCommand", { command, arguments: [given] });
  }

  async request<T>(method: string, params: object): Promise<T> {
    return (await this.ready()).sendRequest<T>(method, params);
  }

  async notify(method: string, params: object): Promise<void> {
    await this.client?.sendNotification(method, params);
  }

  ready(): Promise<LanguageClient> {
    if (this.client && this.isRunning) return Promise.resolve(this.client);
    this.starting ??= (this.comingBack() ?? this.start()).finally(() => (this.starting = undefined));
    return this.starting;
  }

  async restart(): Promise<void> {
    await this.starting?.catch(() => {});
    await this.stop();
    this.crashes = [];
    await this.ready();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.restarting = false;
    await client?.dispose(2_000).catch((error) => this.log.warn(`stopping the server: ${error}`));
  }

  dispose(): void {
    void this.stop();
  }

  /** After a crash the client starts the server again by itself; a second client would claim the same commands. */
  private comingBack(): Promise<LanguageClient> | undefined {
    const client = this.client;
    if (!client || !this.restarting) return undefined;
    return new Promise((resolve, reject) => {
      const settle = client.onDidChangeState(({ newState }) => {
        if (newState === ClientState.Starting) return;
        settle.dispose();
        if (newState === ClientState.Running) resolve(client);
        else reject(new Error(vscode.l10n.t("The server did not come back; Samokoder: Restart the Server starts it anew.")));
      });
    });
  }

  private async start(): Promise<LanguageClient> {
    const python = await this.setup.python();
    try {
      return await this.launch(python);
    } catch (error) {
      this.log.error(`the server did not start: ${error}`);
      await this.setup.forget(); // what is broken is built again, once
      return await this.launch(await this.setup.python());
    }
  }

  private async launch(python: string): Promise<LanguageClient> {
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(this.home));
    // -I: nothing of the opened folder or of the person's Python is imported.
    const how: ServerOptions = {
      command: python,
      args: ["-I", "-m", "samokoder", "serve"],
      options: { cwd: this.home, env: cleanEnvironment() },
    };
    const client = new LanguageClient("samokoder", "Samokoder", how, {
      documentSelector: [{ scheme: "file" }],
      outputChannel: this.log,
      initializationOptions: initializationOptions(),
      initializationFailedHandler: () => false,
      errorHandler: this.errorHandler(),
      middleware: this.options.middleware ?? {},
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === ClientState.Running) this.restarting = false;
      if (newState === ClientState.Running) this.started.fire(client);
      if (newState === ClientState.Stopped) this.stopped.fire();
    });
    this.equip(client);
    this.client = client;
    await client.start();
    return client;
  }

  private errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        if (this.starting) return { action: CloseAction.DoNotRestart, handled: true };
        const now = Date.now();
        this.crashes = [...this.crashes.filter((time) => now - time < WITHIN), now];
        if (this.crashes.length <= CRASHES) {
          this.log.warn(`the server ended unasked; started again (${this.crashes.length} of ${CRASHES})`);
          this.restarting = true;
          return { action: CloseAction.Restart, handled: true };
        }
        void this.giveUp();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private async giveUp(): Promise<void> {
    const [again, log] = [vscode.l10n.t("Start again"), vscode.l10n.t("Show log")];
    const words = vscode.l10n.t("The Samokoder server has ended {0} times in three minutes. Nothing of your runs is lost.", CRASHES + 1);
    const chosen = await vscode.window.showErrorMessage(words, again, log);
    if (chosen === again) await this.restart();
    if (chosen === log) this.log.show();
  }
}

export function faultOf(error: unknown): Fault {
  const data = error instanceof ResponseError ? error.data : undefined;
  return data && typeof data === "object" ? (data as Fault) : {};
}
