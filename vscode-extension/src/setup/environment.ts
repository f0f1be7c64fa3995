// The server's own Python environment in the extension's storage. Its stamp is written last: without it, it is no environment.
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Python } from "./python";
import { run, type Limits, type Ran } from "./processes";

const STAMP = ".complete";
const LOCK = ".lock";
/** Milliseconds: how often who builds says so, and after how long without a word nobody does. */
const BEAT = 5_000;
const SILENT = 60_000;

/** What comes with the extension: the server's wheel, what it needs by name and digest, pip; in the fat variant all wheels. */
export interface Bundle {
  folder: string;
  wheel: string;
  requirements: string;
  pip: string;
  /** Folder of wheels for machines without a network. */
  wheels: string | undefined;
  /** Changes when any of it does. */
  digest: string;
}

export class SetupFailed extends Error {
  constructor(
    readonly step: "create" | "packages" | "server",
    readonly output: string,
  ) {
    super(lastLine(output));
  }
}

export type Step = "wait" | "create" | "packages" | "server";
export interface Progress extends Limits {
  step: (step: Step) => void;
}

export async function readBundle(folder: string): Promise<Bundle> {
  const names = await fs.readdir(folder);
  const one = (pattern: RegExp): string => {
    const name = names.find((candidate) => pattern.test(candidate));
    if (!name) throw new SetupFailed("server", `${pattern.source} is missing in ${folder}`);
    return path.join(folder, name);
  };
  const [wheel, requirements] = [one(/^samokoder-.*\.whl$/), one(/^constraints\.txt$/)];
  const digest = createHash("sha256");
  for (const file of [wheel, requirements]) digest.update(await fs.readFile(file));
  return {
    folder,
    wheel,
    requirements,
    pip: one(/^pip-.*\.whl$/),
    wheels: names.includes("wheels") ? path.join(folder, "wheels") : undefined,
    digest: digest.digest("hex").slice(0, 16),
  };
}

export function placeOf(storage: string, bundle: Bundle): string {
  return path.join(storage, `server-${bundle.digest}`);
}

export function pythonOf(place: string, platform = process.platform): string {
  return platform === "win32" ? path.join(place, "Scripts", "python.exe") : path.join(place, "bin", "python");
}

export async function isComplete(place: string): Promise<boolean> {
  return (await exists(path.join(place, STAMP))) && (await exists(pythonOf(place)));
}

/** Builds it anew from nothing; a second window waits for the first. */
export async function build(place: string, bundle: Bundle, python: Python, progress: Progress): Promise<void> {
  await fs.mkdir(path.dirname(place), { recursive: true });
  const unlock = await lock(`${place}${LOCK}`, progress);
  try {
    if (await isComplete(place)) return;
    await fs.rm(place, { recursive: true, force: true });
    progress.step("create");
    const uv = await hasUv();
    await make(place, python, uv, progress);
    progress.step("packages");
    await install(place, bundle, uv, ["--require-hashes", "-r", bundle.requirements], "packages", progress);
    progress.step("server");
    await install(place, bundle, uv, ["--no-deps", bundle.wheel], "server", progress);
    await fs.writeFile(path.join(place, STAMP), `${python.executable} ${python.version.join(".")}\n`);
  } finally {
    await unlock();
  }
}

/** Of earlier versions of the extension; what is in use stays (Windows refuses, and we do not insist). */
export async function removeOthers(storage: string, place: string): Promise<void> {
  const names = await fs.readdir(storage).catch(() => []);
  const old = names.filter((name) => /^server-[0-9a-f]{16}$/.test(name) && name !== path.basename(place));
  await Promise.all(old.map((name) => fs.rm(path.join(storage, name), { recursive: true, force: true }).catch(() => {})));
}

export async function invalidate(place: string): Promise<void> {
  await fs.rm(path.join(place, STAMP), { force: true });
}

async function make(place: string, python: Python, uv: boolean, progress: Progress): Promise<void> {
  // Without pip, since Debian has none to give; ours installs everything.
  const ran = uv
    ? await run("uv", ["venv", "--quiet", "--python", python.executable, place], progress)
    : await run(python.executable, ["-I", "-m", "venv", "--without-pip", place], progress);
  accept(ran, "create");
}

async function install(
  place: string,
  bundle: Bundle,
  uv: boolean,
  what: string[],
  step: "packages" | "server",
  progress: Progress,
): Promise<void> {
  const from = bundle.wheels ? ["--no-index", "--find-links", bundle.wheels] : [];
  const ran = uv
    ? await run("uv", ["pip", "install", "--python", pythonOf(place), ...from, ...what], progress)
    : await run(
        pythonOf(place),
        [path.join(bundle.pip, "pip"), "install", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", ...from, ...what],
        progress,
      );
  accept(ran, step);
}

function accept(ran: Ran, step: "create" | "packages" | "server"): void {
  if (ran.code !== 0) throw new SetupFailed(step, ran.stderr || ran.stdout || `exit code ${ran.code}`);
}

async function hasUv(): Promise<boolean> {
  return run("uv", ["--version"], { timeout: 10_000 }).then(
    (ran) => ran.code === 0,
    () => false,
  );
}

async function lock(file: string, progress: Progress): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await fs.writeFile(file, String(process.pid), { flag: "wx" });
      const beating = setInterval(() => void fs.utimes(file, new Date(), new Date()).catch(() => undefined), BEAT);
      return () => {
        clearInterval(beating);
        return fs.rm(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await fs.readFile(file, "utf8").catch(() => "0"));
    if (!isAlive(owner) || (await isSilent(file))) await fs.rm(file, { force: true });
    else {
      progress.signal?.throwIfAborted();
      progress.step("wait");
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

/** A process id may be another's by now; who builds keeps its lock young. */
async function isSilent(file: string): Promise<boolean> {
  return fs.stat(file).then(
    (lock) => Date.now() - lock.mtimeMs > SILENT,
    () => false,
  );
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

function lastLine(output: string): string {
  const lines = output.trim().split(/\r?\n/).filter((line) => line.trim());
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}
