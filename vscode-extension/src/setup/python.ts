// Which Python: the one that was set, else the Python extension's, else the first good one on PATH.
import { run } from "./processes";

export const OLDEST: readonly [number, number] = [3, 11];

export interface Python {
  executable: string;
  version: readonly [number, number, number];
  /** Version of Samokoder that is installed there; empty when none is. */
  samokoder: string;
}

export interface Tried {
  command: string;
  /** Why it was not taken. */
  why: "missing" | "broken" | "old";
  version?: string;
}

export interface Search {
  found: Python | undefined;
  tried: Tried[];
}

const ASK = `
import json, sys
from importlib import metadata
try:
    ours = metadata.version("samokoder")
except Exception:
    ours = ""
if sys.version_info >= (3, 3):
    import venv
print(json.dumps([sys.executable, list(sys.version_info[:3]), ours]))
`;

export function onPath(platform: NodeJS.Platform = process.platform): string[][] {
  if (platform === "win32") return [["py", "-3"], ["python"], ["python3"]];
  return [["python3"], ...[14, 13, 12, 11].map((minor) => [`python3.${minor}`]), ["python"]];
}

/** The first that is new enough. */
export async function choose(commands: readonly (readonly string[])[], ask = probe): Promise<Search> {
  const tried: Tried[] = [];
  for (const command of commands) {
    const answer = await ask(command);
    if ("executable" in answer && isNewEnough(answer)) return { found: answer, tried };
    tried.push(
      "executable" in answer
        ? { command: command.join(" "), why: "old", version: answer.version.join(".") }
        : { command: command.join(" "), why: answer.why },
    );
  }
  return { found: undefined, tried };
}

export function isNewEnough({ version: [major, minor] }: Python): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** What a command is, asked of itself. */
export async function probe([program, ...first]: readonly string[]): Promise<Python | { why: "missing" | "broken" }> {
  try {
    const ran = await run(program ?? "", [...first, "-I", "-c", ASK], { timeout: 15_000 });
    if (ran.code !== 0) return { why: "broken" };
    const [executable, version, samokoder] = JSON.parse(ran.stdout);
    return { executable, version, samokoder };
  } catch (error) {
    return { why: (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "broken" };
  }
}
