// Bundles the extension into out/main.js, or with --test every test into out/test.
import { readdirSync } from "node:fs";
import { build } from "esbuild";

const shared = { bundle: true, platform: "node", target: "node20", format: "cjs", external: ["vscode"], logLevel: "warning" };

if (process.argv.includes("--test")) {
  const tests = readdirSync("test").filter((name) => name.endsWith(".test.ts"));
  await build({ ...shared, entryPoints: tests.map((name) => `test/${name}`), outdir: "out/test", sourcemap: "inline" });
} else {
  await build({ ...shared, entryPoints: ["src/main.ts"], outfile: "out/main.js", minify: true, legalComments: "linked" });
}
