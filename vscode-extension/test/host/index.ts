// Runs inside the real extension host. The result is a file, since the host's exit code cannot be seen from outside.
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as vscode from "vscode";
import type { World } from "../../src/commands/command";
import type { Picture, RunStarted } from "../../src/protocol";

const ID = "samokoder.samokoder";
const manifest = () => vscode.extensions.getExtension(ID)?.packageJSON;

async function world(): Promise<World> {
  const extension = vscode.extensions.getExtension<{ world: World }>(ID);
  assert.ok(extension);
  return (await extension.activate()).world;
}

async function until(what: string, check: () => unknown, limit = 90_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const tests: Record<string, () => Promise<void>> = {
  "every declared command is registered, and no other of ours": async () => {
    await world();
    const declared = manifest().contributes.commands.map(({ command }: { command: string }) => command).sort();
    const registered = (await vscode.commands.getCommands(true)).filter((name) => name.startsWith("samokoder.ui.")).sort();
    assert.deepEqual(registered, declared);
  },

  "activation starts no server in a folder without runs": async () => {
    const { server, setup } = await world();
    assert.ok(await setup.isDone());
    assert.equal(fs.existsSync(`${vscode.workspace.workspaceFolders?.[0]?.uri.fsPath}/.samokoder`), false);
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // longer than it takes to start
    assert.equal(server.isRunning, false);
  },

  "the server starts when it is asked something, and says what it can do": async () => {
    const { server } = await world();
    await server.ready();
    assert.equal(server.offers("samokoder.generate"), true);
    assert.equal(server.offers("samokoder.nothing"), false);
  },

  "a restarted server is another process and answers": async () => {
    const { server } = await world();
    await vscode.commands.executeCommand("samokoder.ui.restart");
    assert.ok(Array.isArray((await server.ask<{ runs: unknown[] }>("samokoder.runs")).runs));
  },

  "a key reaches the server when it asks, and never the log": async () => {
    const { secrets, server, log } = await world();
    const key = 'sk-very"secret\\key';
    await secrets.store("openai", key);
    assert.deepEqual(await secrets.answer({ name: "openai" }), { value: key });
    log.info(`Result: ${JSON.stringify({ value: key })} and ${key}`);
    const { ok, error } = await server.ask<{ ok: boolean; error: string }>("samokoder.testModel", { model: "openai/gpt-4o" });
    assert.equal(ok, false);
    assert.doesNotMatch(error, /There is no key/, "the server did not get the key");
    await secrets.remove("openai");
    assert.deepEqual(await secrets.answer({ name: "openai" }), { value: null });
    assert.deepEqual(await secrets.names(), []);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const written = logs().join("\n");
    assert.match(written, /•••/);
    assert.doesNotMatch(written, /very.*secret/);
  },

  "a description becomes a run that waits for approval, with its specification opened": async () => {
    const { runs } = await world();
    await vscode.commands.executeCommand("samokoder.ui.generate", { description: "A list of tasks. Each task has a title and a due date and is open or done." });
    await until("the specification to wait", () => runs.questions().some(({ questionId }) => questionId === "approve-specification"));
    await until("the specification to be opened", () => vscode.window.tabGroups.all.some((group) => group.tabs.some(({ label }) => label === "spec.md")));
  },

  "approving goes on, and the views follow to the proved end": async () => {
    const { runs } = await world();
    const runId = runs.current;
    assert.ok(runId);
    await vscode.commands.executeCommand("samokoder.ui.approve", { runId });
    const seen = new Set<string>();
    await until("the end", () => {
      const status = runs.status(runId);
      if (status) seen.add(status.state);
      return status?.state === "verified";
    });
    assert.ok(seen.has("running"), [...seen].join());
    const picture = (await runs.look(runId)) as Picture;
    assert.ok(picture.requirements.every(({ proof }) => proof === "verified"));
    assert.ok(runs.heard(runId).some(({ agent }) => agent === "CodeMonkey"));
  },

  "redrawing happens at most four times a second, however much is told": async () => {
    const { runs } = await world();
    let drawn = 0;
    const listening = runs.onDidChange(() => (drawn += 1));
    const status = runs.status(runs.current ?? "");
    assert.ok(status);
    const began = Date.now();
    for (let seq = 1; seq <= 2000; seq += 1) {
      runs.onEvent({ runId: `noise${seq % 5}`, seq, kind: "started", action: "WriteFile", agent: "CodeMonkey", task: "", subject: "a", outcome: "", ok: true, detail: "" });
      if (seq % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    listening.dispose();
    const allowed = Math.ceil(((Date.now() - began) / 1000) * 4) + 1;
    assert.ok(drawn <= allowed, `${drawn} times, allowed are ${allowed}`);
    assert.ok(drawn >= 1);
  },

  "an error of the server is told with its hint, and leaves everything working": async () => {
    const { server } = await world();
    await vscode.commands.executeCommand("samokoder.ui.explain", { runId: "nothing", checkId: "nothing" });
    assert.equal(server.isRunning, true);
  },

  "a lens of the server's leads to ours": async () => {
    const { runs } = await world();
    const target = runs.status(runs.current ?? "")?.target;
    const uri = vscode.Uri.file(`${target}/.samokoder/spec.md`);
    await vscode.window.showTextDocument(uri);
    await until("lenses", async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", uri, 50);
      return lenses?.some(({ command }) => command?.title.includes("verified by"));
    });
  },

  "two in one folder are refused in words, and a stopped server is started by the next question": async () => {
    const { server } = await world();
    await server.stop();
    assert.equal(server.isRunning, false);
    const { runs } = await server.ask<{ runs: RunStarted[] }>("samokoder.runs");
    assert.equal(runs.length, 1);
  },
};

/** What our log holds, as it is on disk. */
function logs(): string[] {
  const folder = process.env["VSCODE_LOGS"] ?? "";
  if (!folder) return [];
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith("Samokoder.log")).map((name) => fs.readFileSync(`${folder}/${name}`, "utf8"));
}

export async function run(): Promise<void> {
  const result = process.env["SAMOKODER_TEST_RESULT"] ?? "/dev/null";
  const lines: string[] = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      lines.push(`ok      ${name}`);
    } catch (error) {
      lines.push(`FAILED  ${name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    fs.writeFileSync(`${result}.partial`, lines.join("\n"));
  }
  fs.renameSync(`${result}.partial`, result);
}
