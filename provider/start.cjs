// Starts the provider. If npm did not run scripts (`ignore-scripts`), the project's `prepare` has not built it.
const { execFileSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");

if (!existsSync(path.join(__dirname, "bin", "index.js"))) {
  // stdout is reserved for the engine, which reads the provider's port from it.
  execFileSync(process.execPath, [path.join(__dirname, "build.mjs")], { stdio: ["ignore", "ignore", "inherit"] });
}
require("./bin/index.js");
