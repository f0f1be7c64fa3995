// Runs the journeys. usage: node test/journeys/run.mjs VSIX [--python PYTHON] [--pictures FOLDER] [--theme light|dark] [NAME…]
// PYTHON has Samokoder installed, and is what all journeys but the first use take, so that they need no set-up.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { install, launchBrowser, makeFolder, makeProfile, serve, Window } from "./editor.mjs";
import { journeys } from "./journeys.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: "string" }, pictures: { type: "string" }, theme: { type: "string" } },
});
const [vsix, ...wanted] = positionals;
const failures = fs.mkdtempSync(path.join(os.tmpdir(), "samokoder-failures-"));
const THEMES = { light: "Default Light Modern", dark: "Default Dark Modern" };

const browser = await launchBrowser();
let failed = 0;
for (const [name, journey] of Object.entries(journeys)) {
  if (wanted.length && !wanted.some((part) => name.includes(part))) continue;
  const began = Date.now();
  const world = makeWorld();
  try {
    await journey(world);
    console.log(`ok      ${name} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
    await world.keep(path.join(failures, name.replace(/\W+/g, "-")));
  } finally {
    await world.close();
  }
}
await browser.close();
if (failed) console.log(`pictures and logs of what failed: ${failures}`);
process.exit(failed ? 1 : 0);

function makeWorld() {
  const opened = [];
  let profile, server;
  return {
    async open({ settings = {}, interpreter = values.python, env, trust, locale, prepare, folder = "app" } = {}) {
      const theme = values.theme ? { "workbench.colorTheme": THEMES[values.theme] } : {};
      if (!profile) {
        profile = makeProfile({ ...(interpreter && { "samokoder.interpreter": interpreter }), ...theme, ...settings });
        install(profile, vsix);
        prepare?.(profile);
        server = await serve(profile, { env, trust, locale });
      }
      const window = await Window.open(browser, server, folder && makeFolder(profile, folder), { locale });
      window.profile = profile;
      window.killServer = () => serversOf(profile).forEach((pid) => process.kill(pid, "SIGKILL"));
      opened.push(window);
      return window;
    },
    async shot(window, name) {
      if (!values.pictures) return;
      fs.mkdirSync(values.pictures, { recursive: true });
      await window.page.mouse.move(800, 500);
      await window.page.waitForTimeout(700);
      await window.shot(path.join(values.pictures, `${name}${values.theme ? `-${values.theme}` : ""}.png`));
    },
    async keep(stem) {
      for (const [index, window] of opened.entries()) await window.shot(`${stem}-${index}.png`).catch(() => {});
      if (profile) fs.writeFileSync(`${stem}.log`, logsOf(profile));
    },
    async close() {
      for (const window of opened) await window.close().catch(() => {});
      await server?.stop();
      if (profile) for (const pid of serversOf(profile)) process.kill(pid, "SIGKILL");
      if (profile) fs.rmSync(profile.root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Servers of ours started in this profile: told by the folder they work in. */
function serversOf(profile) {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      try {
        return fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(profile.root) && fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("samokoder\0serve");
      } catch {
        return false;
      }
    })
    .map(Number);
}

function logsOf(profile) {
  try {
    return execFileSync("sh", ["-c", 'find "$1" -name "Samokoder.log" -exec cat {} +', "sh", `${profile.data}/logs`], { encoding: "utf8" });
  } catch (error) {
    return String(error);
  }
}
