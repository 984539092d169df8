// What Pulumi runs (Pulumi.yaml): compiles index.ts with all that it imports of this project, in less than a tenth of a
// second, and runs it. Compiled file by file by the TypeScript compiler, as Pulumi does by default, every command would
// start a second later. Nothing is written to disk. Types are checked by `npm run check`, not here.
"use strict";
const Module = require("node:module");
const path = require("node:path");
const { inspect } = require("node:util");
const { buildSync } = require("esbuild");

const entryPoint = path.join(__dirname, "index.ts");
/** Stands for all of the program's files, as long as nobody asks which one it was. */
const compiled = path.join(__dirname, "index.js");

/** The program in one file, and the way back to its sources; packages stay where they are. */
function compile() {
  try {
    const { outputFiles } = buildSync({
      entryPoints: [entryPoint],
      outfile: compiled,
      absWorkingDir: __dirname,
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node22",
      format: "cjs",
      sourcemap: "external",
      sourcesContent: false,
      write: false,
      logLevel: "silent",
    });
    const [sourceMap, code] = outputFiles;
    return { sourceMap, code: code.text };
  } catch (error) {
    // Shown as it is: it says file, line and what is wrong.
    const { RunError } = require("@pulumi/pulumi");
    throw new RunError(error.message);
  }
}

/**
 * Makes stack traces, and the positions that Pulumi keeps with each resource, name the sources. Only frames of this
 * program are looked up: Pulumi takes the stack of every promise, nearly all frames of which are its own, and looking
 * those up too cost a tenth of the CPU time of a preview of 40 images.
 */
function nameSources(sourceMap) {
  // Node parses it in a third of the time of source-map-support, which Pulumi's runner uses.
  const map = new Module.SourceMap(JSON.parse(sourceMap.text));
  const named = (frame) => {
    if (frame.getFileName() !== compiled) return frame;
    const position = [frame.getLineNumber(), frame.getColumnNumber()];
    const [line, column] = position.map((each) => each - 1);
    const { generatedLine, originalSource, originalLine, originalColumn } = map.findEntry(line, column);
    // Lines without a source, which esbuild adds, would get that of an earlier line.
    if (generatedLine !== line || originalSource === undefined) return frame;
    const source = [path.join(__dirname, originalSource), originalLine + 1, originalColumn + 1];
    return String(frame).replace([compiled, ...position].join(":"), () => source.join(":"));
  };
  Error.prepareStackTrace = ({ name, message }, frames) =>
    [`${name || "Error"}: ${message || ""}`, ...frames.map(named)].join("\n    at ");
}

/**
 * Has an error printed as its stack. Pulumi inspects the one that ends a program, and hangs on it the promise that
 * failed: from there every resource of the program can be reached, which takes Node a minute to print.
 */
function printStacksOnly() {
  const inspectStack = {
    value() {
      return this.stack ?? String(this);
    },
    configurable: true,
    writable: true,
  };
  Object.defineProperty(Error.prototype, inspect.custom, inspectStack);
}

const { code, sourceMap } = compile();
nameSources(sourceMap);
printStacksOnly();
const program = new Module(compiled, module);
program.filename = compiled;
program.paths = Module._nodeModulePaths(__dirname);
program._compile(code, compiled);
const { exports: outputs } = program;
module.exports = typeof outputs === "function" ? async () => withoutMissing(await outputs()) : withoutMissing(outputs);

/** An output that the config does not ask for is none; Pulumi would warn of its missing value. */
function withoutMissing(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
