// A real VS Code (code-server) with our extension, driven as a person would: by palette, lenses, lists and keys.
// Environment: CODE_SERVER (folder of the npm package), NODE_FOR_CODE_SERVER (its node), CHROMIUM.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const NODE = process.env.NODE_FOR_CODE_SERVER ?? "node";
const CODE_SERVER = process.env.CODE_SERVER ?? "node_modules/code-server";
const STATUS = '[id="samokoder.samokoder.samokoder.status"]';

const SETTINGS = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "git.openRepositoryInParentFolders": "never",
  "window.commandCenter": false,
  "samokoder.sandbox": "local-unsafe",
};

const manifest = JSON.parse(fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
/** Of these a remote window, which code-server's is, reads only the machine's file. */
const MACHINE = Object.entries(manifest.contributes.configuration.properties).flatMap(([name, { scope }]) => (scope === "machine" ? [name] : []));

/** A profile of its own: settings, extensions, and the state of the server. */
export function makeProfile(settings = {}) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "samokoder-journey-"));
  const profile = { root, data: `${root}/data`, extensions: `${root}/extensions`, state: `${root}/state` };
  fs.mkdirSync(`${profile.data}/User`, { recursive: true });
  fs.mkdirSync(`${profile.data}/Machine`);
  fs.mkdirSync(profile.state);
  writeSettings(profile, settings);
  return profile;
}

export function writeSettings(profile, settings) {
  const all = { ...SETTINGS, "samokoder.state": profile.state, ...settings };
  const isMachine = ([name]) => MACHINE.includes(name);
  const entries = Object.entries(all);
  fs.writeFileSync(`${profile.data}/User/settings.json`, JSON.stringify(Object.fromEntries(entries.filter((entry) => !isMachine(entry)))));
  fs.writeFileSync(`${profile.data}/Machine/settings.json`, JSON.stringify(Object.fromEntries(entries.filter(isMachine))));
}

export function makeFolder(profile, name = "app") {
  const folder = path.join(profile.root, name);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

export function install(profile, vsix) {
  const ran = spawnSync(NODE, [CODE_SERVER, "--user-data-dir", profile.data, "--extensions-dir", profile.extensions, "--install-extension", vsix], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`installing ${vsix}: ${ran.stdout}${ran.stderr}`);
}

/** Without the real language pack: VS Code stays English, ours is Russian. */
export function speakRussian(profile) {
  const folder = path.join(profile.root, "ru");
  fs.mkdirSync(`${folder}/translations`, { recursive: true });
  const messages = `${folder}/translations/main.i18n.json`;
  fs.writeFileSync(messages, JSON.stringify({ version: "1.0.0", contents: {} }));
  const translations = [{ id: "vscode", path: "./translations/main.i18n.json" }];
  const localizations = [{ languageId: "ru", languageName: "Russian", localizedLanguageName: "русский", translations }];
  const pack = { name: "ru", publisher: "test", version: "1.0.0", engines: { vscode: "^1.91.0" }, categories: ["Language Packs"], contributes: { localizations } };
  fs.writeFileSync(`${folder}/package.json`, JSON.stringify(pack));
  const vsce = new URL("../../node_modules/.bin/vsce", import.meta.url).pathname;
  const ran = spawnSync(vsce, ["package", "--no-dependencies", "--allow-missing-repository", "--skip-license", "-o", "ru.vsix"], { cwd: folder, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr);
  install(profile, `${folder}/ru.vsix`);
  const known = { ru: { hash: "test", extensions: [{ extensionIdentifier: { id: "test.ru" }, version: "1.0.0" }], translations: { vscode: messages }, label: "русский" } };
  fs.writeFileSync(`${profile.data}/languagepacks.json`, JSON.stringify(known));
}

async function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** code-server for this profile; `stop` ends it and everything it started. */
export async function serve(profile, { env = {}, trust = true, locale } = {}) {
  const port = await freePort();
  const args = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--user-data-dir", profile.data, "--extensions-dir", profile.extensions];
  args.push("--disable-telemetry", "--disable-update-check", "--reconnection-grace-time", "3");
  if (locale) args.push("--locale", locale);
  if (trust) args.push("--disable-workspace-trust");
  const log = fs.openSync(`${profile.root}/code-server.log`, "a");
  const child = spawn(NODE, [CODE_SERVER, ...args], { detached: true, stdio: ["ignore", log, log], env: { ...process.env, ...env } });
  const url = `http://127.0.0.1:${port}`;
  await until(`code-server at ${url}`, 60_000, () => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false));
  const stop = async () => {
    try {
      process.kill(-child.pid, "SIGTERM");
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.kill(-child.pid, "SIGKILL");
    } catch {}
  };
  return { url, port, stop };
}

export async function until(what, limit, check) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

export async function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** One window of the editor. */
export class Window {
  static async open(browser, server, folder, { locale, context, size = { width: 1600, height: 950 } } = {}) {
    const inside = context ?? (await browser.newContext({ viewport: size, ...(locale && { locale }) }));
    const page = await inside.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const window = new Window(page, inside, server, folder, errors);
    await window.reload(true);
    return window;
  }

  constructor(page, context, server, folder, errors) {
    Object.assign(this, { page, context, server, folder, errors });
  }

  async reload(first = false) {
    const query = this.folder ? `?folder=${encodeURIComponent(this.folder)}` : "?ew=true";
    if (first) await this.page.goto(`${this.server.url}/${query}`, { timeout: 120_000 });
    else await this.page.reload({ timeout: 120_000 });
    await this.page.waitForSelector(".monaco-workbench", { timeout: 60_000 });
    await this.page.waitForSelector(".statusbar-item", { timeout: 30_000 });
  }

  async close() {
    await this.context.close();
  }

  // ------------------------------------------------------------------------------------------- doing

  /** By palette. Opened anew until the command is in it: what comes later does not join an open list. */
  async command(title) {
    const { page } = this;
    const input = page.locator(".quick-input-widget .quick-input-filter input");
    const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
    await until(`the command ${title}`, 60_000, async () => {
      await page.keyboard.press("Escape");
      await page.keyboard.press("F1");
      await input.waitFor({ state: "visible", timeout: 5_000 }).catch(() => {});
      await input.fill(`>${title}`, { timeout: 5_000 }).catch(() => {});
      return row.waitFor({ timeout: 2_000 }).then(() => true, () => false);
    });
    await row.click();
  }

  async input(text) {
    const box = this.page.locator(".quick-input-widget .quick-input-filter input");
    await box.waitFor({ state: "visible", timeout: 15_000 });
    await box.fill(text);
    await this.page.waitForTimeout(200);
    await this.page.keyboard.press("Enter");
  }

  async pick(text) {
    const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();
    await row.waitFor({ timeout: 15_000 });
    await row.click();
  }

  /** Presses a button of a notification. */
  async press(button, message) {
    const toast = this.page.locator(".notifications-toasts .notification-list-item, .notifications-center .notification-list-item").filter({ hasText: message ?? button });
    const found = toast.locator(".monaco-button", { hasText: button }).first();
    await found.waitFor({ timeout: 30_000 });
    await found.click();
  }

  async lens(text, limit = 30_000) {
    const found = this.page.locator(".codelens-decoration a", { hasText: text }).first();
    await found.waitFor({ timeout: limit });
    await found.click();
  }

  async showView() {
    const tab = this.page.locator('.activitybar .action-label[aria-label^="Samokoder"]').first();
    await tab.click({ force: true }); // a badge may lie above it
    await this.page.locator('.pane-header[aria-label^="Plan"], .pane-header[aria-label^="План"]').first().waitFor();
  }

  // ------------------------------------------------------------------------------------------ seeing

  get status() {
    return this.page.locator(STATUS);
  }

  async statusText() {
    return (await this.status.textContent().catch(() => "")) ?? "";
  }

  async waitStatus(pattern, limit = 60_000) {
    return until(`the status bar to say ${pattern}; it says ${await this.statusText()}`, limit, async () => pattern.test(await this.statusText()));
  }

  /** Labels of the rows of a view, as a screen reader says them. */
  async rows(view) {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`).evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label") ?? ""));
  }

  row(view, text) {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`).filter({ hasText: text }).first();
  }

  async notification(pattern, limit = 30_000) {
    const found = this.page.locator(".notification-list-item").filter({ hasText: pattern }).first();
    await found.waitFor({ timeout: limit });
    return found;
  }

  async shot(file) {
    await this.page.screenshot({ path: file });
  }
}
