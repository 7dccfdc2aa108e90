// Compiles the tests below node_modules, which git ignores, and runs them: Node 20 does not load TypeScript.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiled = join(root, "node_modules", ".compiled-tests");

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

rmSync(compiled, { recursive: true, force: true });
mkdirSync(compiled, { recursive: true });
writeFileSync(join(compiled, "package.json"), '{"type":"module"}\n');
run(join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.test.json");
const tests = readdirSync(join(compiled, "test")).filter((name) => name.endsWith(".test.js"));
run("--test", "--test-reporter=tap", ...tests.map((name) => join(compiled, "test", name)));
