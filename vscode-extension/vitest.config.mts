import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/unit/**/*.test.ts"], testTimeout: 180_000 },
  resolve: { alias: { vscode: fileURLToPath(new URL("./test/unit/vscode.ts", import.meta.url)) } },
});
