// Wiring: what is made, who listens to whom. Nothing is started that nobody asked for.
import * as vscode from "vscode";
import type { LanguageClient, Middleware } from "vscode-languageclient/node";
import * as describing from "./commands/describing";
import * as looking from "./commands/looking";
import * as models from "./commands/models";
import * as starting from "./commands/starting";
import * as steps from "./commands/steps";
import * as trying from "./commands/trying";
import * as upkeep from "./commands/upkeep";
import { givenOf, tell, type Command, type World } from "./commands/command";
import { Notes } from "./notes";
import { ProgressBars } from "./progress";
import { APPROVALS, type Plan, type Question, type RunEvent, type Status } from "./protocol";
import { Questions } from "./questions";
import { isHere, Runs } from "./runs";
import * as review from "./review";
import { ABILITIES, Secrets } from "./secrets";
import { Server } from "./server";
import { NEEDS_RESTART } from "./settings";
import { Setup } from "./setup/ready";
import { barOf, StatusBar } from "./status";
import { Views } from "./views/views";
import { shortened } from "./words";

const COMMANDS: Record<string, Command> = {
  generate: starting.generate,
  extend: starting.extend,
  fix: starting.fix,
  resume: starting.resume,
  approve: starting.approve,
  answer: starting.answer,
  openApproval: starting.openApproval,
  steer: starting.steer,
  pause: starting.pause,
  cancel: starting.cancel,
  describe: () => describing.describeInDocument(),
  ...looking.COMMANDS,
  ...models.COMMANDS,
  ...review.COMMANDS,
  ...steps.COMMANDS,
  ...trying.COMMANDS,
  ...upkeep.COMMANDS,
};

export function activate(context: vscode.ExtensionContext): { world: World } {
  const secrets = new Secrets(context.secrets, context.globalState);
  const log = secrets.guard(vscode.window.createOutputChannel("Samokoder", { log: true }));
  const setup = new Setup(context, log);
  const questions = new Questions((runId) => runs.startedHere(runId));
  const bars: ProgressBars = new ProgressBars((token) => void server.notify("window/workDoneProgress/cancel", { token }));
  const middleware: Middleware = {
    handleWorkDoneProgress: (token, value) => bars.handle(token, value),
    executeCommand: async (command, given) => lens(world, command, given[0]),
  };
  const equip = (client: LanguageClient) => {
    client.registerFeature(ABILITIES);
    client.onRequest("samokoder/getSecret", (asked: { name: string }) => secrets.answer(asked));
    client.onNotification("samokoder/status", (status: Status) => {
      runs.onStatus(status);
      if (status.state !== "running") void offerReview(world, status);
      if (status.state === "waiting") status.waiting.forEach((question) => void questions.put(question)); // by now its document is written
    });
    client.onNotification("samokoder/plan", (plan: Plan) => runs.onPlan(plan));
    client.onNotification("samokoder/event", (event: RunEvent) => runs.onEvent(event));
    client.onNotification("samokoder/question", (question: Question) => {
      if (!(question.questionId in APPROVALS)) void questions.put(question);
    });
  };
  const reviewing: review.Review = new review.Review(
    () => world,
    () => views.redraw(),
  );
  const server: Server = new Server(setup, log, context.globalStorageUri.fsPath, { middleware }, equip);
  const runs: Runs = new Runs(server);
  const world: World = { context, server, setup, runs, bars, notes: new Notes(), secrets, review: reviewing, log };
  const bar = new StatusBar();
  const views = new Views(world);

  server.onStarted(() => void started(world, questions));
  server.onStopped(() => {
    bars.closeAll();
    runs.onStopped();
  });
  const redraw = () => {
    draw(world, bar);
    views.redraw();
  };
  runs.onDidChange(redraw);
  const ticking = setInterval(() => runs.active().length && draw(world, bar), 1000);
  draw(world, bar);

  context.subscriptions.push(log, server, runs, bar, views, world.notes, reviewing, steps.stepTexts(world), { dispose: () => clearInterval(ticking) });
  for (const [name, command] of Object.entries(COMMANDS)) context.subscriptions.push(register(world, name, command));
  context.subscriptions.push(
    vscode.commands.registerCommand("samokoder.ui.sendComment", (reply: vscode.CommentReply) => reviewing.send(reply).catch((error) => tell(world, error))),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (NEEDS_RESTART.some((name) => change.affectsConfiguration(name)) && server.isRunning) void offerRestart(world);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void begin(world)),
  );
  void begin(world);
  return { world };
}

/** A folder with runs of ours is looked at; a set-up that would take time waits until somebody asks for something. */
async function begin(world: World): Promise<void> {
  try {
    await starting.takeUpPending(world);
    if ((await hasRuns()) && (await world.setup.isDone())) await world.server.ready();
  } catch (error) {
    world.log.error(String(error));
  }
}

async function hasRuns(): Promise<boolean> {
  const places = (vscode.workspace.workspaceFolders ?? []).map((folder) => vscode.Uri.joinPath(folder.uri, ".samokoder"));
  const found = await Promise.allSettled(places.map((place) => vscode.workspace.fs.stat(place)));
  return found.some((one) => one.status === "fulfilled");
}

async function started(world: World, questions: Questions): Promise<void> {
  questions.forget();
  for (const name of ["extend", "fix", "steer", "pause", "preview", "previewLog", "runChecks", "export", "compare", "changes", "models", "exchange", "costs"])
    void vscode.commands.executeCommand("setContext", `samokoder.lacks.${name}`, world.server.offers(`samokoder.${name}`) === false);
  await world.runs.refresh();
  void offerToContinue(world);
  for (const question of world.runs.questions()) if (isHere(world.runs.status(question.runId)?.target ?? "")) void questions.put(question);
}

/** A run of this folder whose server or window was closed under it. */
async function offerToContinue({ runs }: World): Promise<void> {
  const left = runs.near().find(({ state }) => state === "interrupted");
  if (!left || left !== runs.near()[0]) return;
  const go = vscode.l10n.t("Continue");
  const words = vscode.l10n.t("“{0}” was interrupted. Nothing is lost: it goes on where it stopped.", runs.picture(left.runId)?.title || shortened(left.description, 60));
  if ((await vscode.window.showInformationMessage(words, go, vscode.l10n.t("Later"))) === go) await vscode.commands.executeCommand("samokoder.ui.resume", { runId: left.runId });
}

/** Once for each run that comes to rest with something proposed. */
async function offerReview({ review, log }: World, { runId, title }: Status): Promise<void> {
  try {
    const changes = await review.look(runId);
    if (!changes?.files.length) return;
    const open = vscode.l10n.t("Review");
    const words = vscode.l10n.t("“{0}”: {1} files are proposed. Nothing is changed in your folder until you accept it.", title, changes.files.length);
    if ((await vscode.window.showInformationMessage(words, open)) === open) await vscode.commands.executeCommand("samokoder.ui.review", { runId });
  } catch (error) {
    log.error(String(error));
  }
}

function draw({ runs }: World, bar: StatusBar): void {
  const active = runs.active();
  const latest = runs.current ? runs.status(runs.current) : undefined;
  const shown = active.find(({ waiting }) => waiting.length) ?? active[0] ?? latest;
  bar.show(barOf(active, latest, shown && runs.elapsed(shown.runId)));
  const settings = vscode.workspace.getConfiguration("samokoder");
  const running = active.some(({ state }) => state === "running");
  bar.showWorld(shown && runs.picture(shown.runId), settings.get("model", ""), settings.get("sandbox", "auto"), running);
  void vscode.commands.executeCommand("setContext", "samokoder.running", running);
}

function register(world: World, name: string, command: Command): vscode.Disposable {
  return vscode.commands.registerCommand(`samokoder.ui.${name}`, async (argument?: unknown, all?: unknown) => {
    try {
      return await command(world, givenOf(argument), all);
    } catch (error) {
      void tell(world, error); // a command does not wait for the person
      return undefined;
    }
  });
}

/** Lenses and code actions name the server's commands; some of them have a better face here. */
async function lens(world: World, command: string, given: unknown): Promise<unknown> {
  const own = FACES[command];
  if (own) return vscode.commands.executeCommand(`samokoder.ui.${own}`, given ?? {});
  try {
    return await world.server.ask(command, given ?? {});
  } catch (error) {
    void tell(world, error);
    return undefined;
  }
}

const FACES: Record<string, string> = {
  "samokoder.show": "show",
  "samokoder.approve": "approve",
  "samokoder.resume": "resume",
  "samokoder.generate": "generate",
  "samokoder.explain": "explain",
};

async function offerRestart({ server, runs, log }: World): Promise<void> {
  try {
    if (!runs.active().some(({ state }) => state === "running")) return await server.restart();
    const now = vscode.l10n.t("Restart now");
    const words = vscode.l10n.t("The new settings count after a restart of the server. Runs under way are stopped and can be continued.");
    if ((await vscode.window.showInformationMessage(words, now)) === now) await server.restart();
  } catch (error) {
    log.error(String(error));
  }
}
