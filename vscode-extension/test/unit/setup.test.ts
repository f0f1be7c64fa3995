// Finding Python and building the environment, with real programs and real (small) wheels; no network.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build, invalidate, isComplete, placeOf, pythonOf, readBundle, removeOthers, SetupFailed, type Bundle, type Step } from "../../src/setup/environment";
import { cleanEnvironment } from "../../src/setup/processes";
import { choose, onPath, probe, type Python } from "../../src/setup/python";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "samokoder-setup-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function program(name: string, text: string): string {
  const file = path.join(root, name);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

const answering = (version: string, samokoder = "") => `echo '["/usr/bin/python", [${version}], "${samokoder}"]'`;

describe("looking for Python", () => {
  test("passes over what is missing, broken, silent or too old, and takes the first that will do", async () => {
    const old = program("python39", answering("3, 9, 18"));
    const broken = program("broken", "exit 1");
    const mute = program("mute", "echo hello");
    const good = program("python312", answering("3, 12, 1"));
    const { found, tried } = await choose([["/nowhere/python"], [old], [broken], [mute], [good], [old]]);
    expect(found?.version).toEqual([3, 12, 1]);
    expect(tried.map(({ why, version }) => [why, version])).toEqual([["missing", undefined], ["old", "3.9.18"], ["broken", undefined], ["broken", undefined]]);
  });

  test("finds nothing where nothing is, and says what was tried", async () => {
    const { found, tried } = await choose([["/nowhere/python"]]);
    expect(found).toBeUndefined();
    expect(tried).toHaveLength(1);
  });

  test("sees a Samokoder that is installed there", async () => {
    expect(await probe([program("dev", answering("3, 11, 0", "0.1.0"))])).toMatchObject({ samokoder: "0.1.0" });
  });

  test("asks the launcher on Windows first", () => {
    expect(onPath("win32")[0]).toEqual(["py", "-3"]);
    expect(onPath("linux")[0]).toEqual(["python3"]);
  });

  test("hands on nothing that leads to other packages", () => {
    expect(cleanEnvironment({ PATH: "/bin", PYTHONPATH: "/evil", PYTHONHOME: "/x", PIP_TARGET: "/y" })).toEqual({ PATH: "/bin", PYTHONUTF8: "1" });
  });
});

/** samokoder and one requirement, as wheels of a few lines. */
const WHEELS = `
import base64, hashlib, pathlib, sys, zipfile
def wheel(folder, name, version):
    stem = f"{name}-{version}"
    path = pathlib.Path(folder, f"{stem}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(f"{name}.py", f"VERSION = '{version}'")
        out.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        out.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        out.writestr(f"{stem}.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()
folder = sys.argv[1]
wheel(folder, "samokoder", "9.9.9")
pathlib.Path(folder, "wheels").mkdir()
digest = wheel(f"{folder}/wheels", "leaf", "1.0")
pathlib.Path(folder, "constraints.txt").write_text(f"leaf==1.0 --hash=sha256:{digest}\\n")
`;

describe("the environment", () => {
  let bundle: Bundle;
  let python: Python;
  const steps: Step[] = [];
  const progress = { step: (step: Step) => steps.push(step) };

  beforeAll(async () => {
    const { found } = await choose(onPath());
    if (!found) throw new Error("these tests need Python 3.11");
    python = found;
    const folder = path.join(root, "bundled");
    fs.mkdirSync(folder);
    execFileSync(python.executable, ["-c", WHEELS, folder]);
    const ours = path.join(__dirname, "../../bundled");
    const pip = fs.readdirSync(ours).find((name) => name.startsWith("pip-"));
    if (!pip) throw new Error("bundled/ is empty: run `make vsix` first");
    fs.copyFileSync(path.join(ours, pip), path.join(folder, pip));
    bundle = await readBundle(folder);
  });

  const imports = (place: string) => execFileSync(pythonOf(place), ["-I", "-c", "import samokoder, leaf; print(samokoder.VERSION)"], { encoding: "utf8" }).trim();

  test("is built from the wheels that came along, stamped last, and not built twice", async () => {
    const place = placeOf(path.join(root, "storage"), bundle);
    expect(await isComplete(place)).toBe(false);
    await build(place, bundle, python, progress);
    expect(steps).toEqual(["create", "packages", "server"]);
    expect(await isComplete(place)).toBe(true);
    expect(imports(place)).toBe("9.9.9");
    await build(place, bundle, python, progress);
    expect(steps).toHaveLength(3);
  });

  test("that was left half built, or lost its Python, is built anew", async () => {
    const place = placeOf(path.join(root, "storage"), bundle);
    await invalidate(place);
    fs.writeFileSync(path.join(place, "rubbish"), "");
    await build(place, bundle, python, progress);
    expect(fs.existsSync(path.join(place, "rubbish"))).toBe(false);
    fs.rmSync(pythonOf(place));
    expect(await isComplete(place)).toBe(false);
    await build(place, bundle, python, progress);
    expect(imports(place)).toBe("9.9.9");
  });

  test("is built once for two windows, and a lock of a dead window holds nobody up", async () => {
    const place = placeOf(path.join(root, "two"), bundle);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(`${place}.lock`, "999999999");
    const [mine, theirs]: [Step[], Step[]] = [[], []];
    await Promise.all([build(place, bundle, python, { step: (step) => mine.push(step) }), build(place, bundle, python, { step: (step) => theirs.push(step) })]);
    expect([mine, theirs].filter((steps) => steps.includes("create"))).toHaveLength(1);
    expect(fs.existsSync(`${place}.lock`)).toBe(false);
  });

  test("is not waited for by the lock of a process whose number another has got", async () => {
    const place = placeOf(path.join(root, "reused"), bundle);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(`${place}.lock`, String(process.ppid));
    const longAgo = new Date(Date.now() - 120_000);
    fs.utimesSync(`${place}.lock`, longAgo, longAgo);
    const steps: Step[] = [];
    await build(place, bundle, python, { signal: AbortSignal.timeout(60_000), step: (step) => steps.push(step) });
    expect(steps).not.toContain("wait");
  });

  test("whose requirement is not what was locked is refused, and leaves no stamp", async () => {
    const wrong = path.join(root, "wrong.txt");
    fs.writeFileSync(wrong, `leaf==1.0 --hash=sha256:${"0".repeat(64)}\n`);
    const place = path.join(root, "refused", "server-0");
    const failed = build(place, { ...bundle, requirements: wrong }, python, progress);
    await expect(failed).rejects.toThrow(SetupFailed);
    expect(await isComplete(place)).toBe(false);
    expect(fs.existsSync(`${place}.lock`)).toBe(false);
  });

  test("can be cancelled, and leaves no stamp", async () => {
    const place = path.join(root, "cancelled", "server-0");
    const stop = new AbortController();
    const failed = build(place, bundle, python, { signal: stop.signal, step: (step) => step === "packages" && stop.abort() });
    await expect(failed).rejects.toThrow();
    expect(await isComplete(place)).toBe(false);
  });

  test("of earlier versions are removed, and nothing else", async () => {
    const storage = path.join(root, "old");
    for (const name of ["server-0123456789abcdef", "server-aaaaaaaaaaaaaaaa", "keep-me"]) fs.mkdirSync(path.join(storage, name), { recursive: true });
    await removeOthers(storage, path.join(storage, "server-aaaaaaaaaaaaaaaa"));
    expect(fs.readdirSync(storage).sort()).toEqual(["keep-me", "server-aaaaaaaaaaaaaaaa"]);
  });
});
