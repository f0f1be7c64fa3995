// Running programs: to their end, with limits, never through a shell.
import { spawn } from "node:child_process";

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Limits {
  signal?: AbortSignal;
  /** Milliseconds. */
  timeout?: number;
  cwd?: string;
  onLine?: (line: string) => void;
}

/** Resolves when the program has ended, also badly; rejects only when it cannot be started or was aborted. */
export function run(command: string, args: readonly string[], limits: Limits = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { signal, timeout, cwd, onLine } = limits;
    const child = spawn(command, args, {
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      ...(signal && { signal }),
      ...(timeout && { timeout }),
      ...(cwd && { cwd }),
    });
    const ran: Ran = { code: null, stdout: "", stderr: "" };
    const take = (name: "stdout" | "stderr") => (data: Buffer) => {
      const text = data.toString();
      ran[name] = (ran[name] + text).slice(-200_000);
      if (onLine) text.split(/\r?\n/).filter(Boolean).forEach(onLine);
    };
    child.stdout.on("data", take("stdout"));
    child.stderr.on("data", take("stderr"));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...ran, code }));
  });
}

const MISLEADING = ["PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"];

/** Ours, without what would lead our Python to somebody else's packages. */
export function cleanEnvironment(from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(from).filter(([name]) => !MISLEADING.includes(name.toUpperCase()));
  return { ...Object.fromEntries(kept), PYTHONUTF8: "1" };
}
