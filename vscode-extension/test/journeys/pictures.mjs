// Pictures for README and docs from the journeys, light and dark. usage: node test/journeys/pictures.mjs [FOLDER]
import { spawnSync } from "node:child_process";
import path from "node:path";

const folder = path.resolve(process.argv[2] ?? "../docs/pictures");
const shown = ["first use", "a lens", "a question", "reviewed", "tried out", "in Russian"];
for (const theme of ["light", "dark"]) {
  const args = ["test/journeys/run.mjs", "../dist/samokoder.vsix", "--python", "../.venv/bin/python", "--pictures", folder, "--theme", theme, ...shown];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
