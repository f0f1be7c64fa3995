// The extension as one file. `node esbuild.mjs` for release, `--watch` while working on it.
import { build, context } from "esbuild";

const options = {
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  sourcemap: false,
};
if (process.argv.includes("--watch")) await (await context({ ...options, minify: false, sourcemap: true })).watch();
else await build(options);
