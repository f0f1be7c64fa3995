// Runs test/host/index.ts inside the real extension host of code-server, with the extension from this folder.
// usage: node test/host/run.mjs [PYTHON]     PYTHON has Samokoder installed
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launchBrowser, makeFolder, makeProfile, serve, until } from "../journeys/editor.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const python = path.resolve(process.argv[2] ?? `${root}/../.venv/bin/python`);
await build({ absWorkingDir: root, entryPoints: ["test/host/index.ts"], outfile: "dist/host-tests.js", bundle: true, platform: "node", format: "cjs", target: "node20", external: ["vscode"], logLevel: "warning" });
await build({ absWorkingDir: root, entryPoints: ["src/extension.ts"], outfile: "dist/extension.js", bundle: true, platform: "node", format: "cjs", target: "node20", external: ["vscode"], minify: true, logLevel: "warning" });

const profile = makeProfile({ "samokoder.interpreter": python });
const result = `${profile.root}/result`;
const folder = makeFolder(profile);
const server = await serve(profile, { env: { SAMOKODER_TEST_RESULT: result, VSCODE_LOGS: `${profile.data}/logs` } });
const browser = await launchBrowser();
try {
  const page = await (await browser.newContext({ viewport: { width: 1600, height: 950 } })).newPage();
  const authority = `127.0.0.1:${server.port}`;
  const place = (path) => ({ scheme: "vscode-remote", authority, path });
  // Built VS Code ignores the tests' path in the address, but honours it in the page's own configuration.
  await page.addInitScript(
    (development) => {
      if (window !== window.top) return;
      const watching = new MutationObserver(() => {
        const meta = document.getElementById("vscode-workbench-web-configuration");
        if (!meta) return;
        watching.disconnect();
        const configuration = JSON.parse(meta.getAttribute("data-settings"));
        configuration.developmentOptions = { ...configuration.developmentOptions, ...development };
        meta.setAttribute("data-settings", JSON.stringify(configuration));
      });
      watching.observe(document, { childList: true, subtree: true });
    },
    { extensions: [place(root)], extensionTestsPath: place(`${root}/dist/host-tests.js`) },
  );
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
  await until("the tests to end", 400_000, () => fs.existsSync(result)).catch((error) => console.log(`FAILED  ${error.message}`));
} finally {
  await browser.close();
  await server.stop();
}
const told = [result, `${result}.partial`].find((file) => fs.existsSync(file));
const text = told ? fs.readFileSync(told, "utf8") : "FAILED  no test was run";
console.log(text);
fs.rmSync(profile.root, { recursive: true, force: true, maxRetries: 3 });
process.exit(/^FAILED/m.test(text) || told !== result ? 1 : 0);
