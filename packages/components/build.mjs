// Builds the components package: one compiled file, one types file, and the provider that copies images.
// With --report [FOLDER]: writes only the types and ecr-components.api.md, the report of the public API that a test
// compares, by default to this folder.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { buildProvider } from "../../provider/build.mjs";

const folder = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(folder, "../..");

/** Bundles everything except Pulumi's packages, which must be the same copies that the caller's resources use. */
export async function buildComponents() {
  for (const made of ["bin", "provider"]) fs.rmSync(path.join(folder, made), { recursive: true, force: true });
  await Promise.all([
    build({
      entryPoints: [path.join(root, "components/index.ts")],
      outfile: path.join(folder, "bin/index.js"),
      bundle: true,
      platform: "node",
      target: "node22",
      format: "cjs",
      external: ["@pulumi/*"],
      logLevel: "warning",
    }),
    // The program's Pulumi.yaml names this folder, from which the engine starts the provider.
    buildProvider(path.join(folder, "provider/index.js")),
    buildTypes(path.join(folder, "bin/index.d.ts")),
  ]);
}

/**
 * Writes the types of all exports of components/index.ts to one file.
 *
 * @param {string} outfile
 * @param {string} [reportFolder] Where to write the report of the public API; by default nowhere.
 */
export async function buildTypes(outfile, reportFolder) {
  fs.mkdirSync(path.dirname(outfile), { recursive: true });
  // Consists of 26 packages, so it is loaded only when needed.
  const { Extractor, ExtractorConfig } = await import("@microsoft/api-extractor");
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-types-"));
  try {
    const options = declarationOptions();
    const program = ts.createProgram([path.join(root, "components/index.ts")], { ...options, outDir: temporary });
    program.emit();
    const entryPoint = path.join(temporary, "components/index.d.ts");
    const config = ExtractorConfig.prepare({
      configObject: {
        projectFolder: root,
        mainEntryPointFilePath: entryPoint,
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              ...{ module: "node16", target: "es2022", lib: ["es2023"], types: ["node"] },
              ...{ strict: true, skipLibCheck: true },
            },
            files: [entryPoint],
          },
        },
        apiReport: {
          enabled: reportFolder !== undefined,
          // The types of arguments, even if they are not exported.
          includeForgottenExports: true,
          reportFileName: "ecr-components",
          reportFolder: reportFolder ?? temporary,
          reportTempFolder: temporary,
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: true, untrimmedFilePath: outfile },
        tsdocMetadata: { enabled: false },
        newlineKind: "lf",
        messages: { extractorMessageReporting: { "ae-forgotten-export": { logLevel: "none" } } },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: path.join(folder, "package.json"),
    });
    const { errorCount } = Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        // typedoc checks the comments, and all exports are public, so only errors matter here.
        message.handled = message.logLevel !== "error";
      },
    });
    if (errorCount > 0) throw new Error("the types of the components could not be put into one file: see above");
  } finally {
    fs.rmSync(temporary, { recursive: true });
  }
}

function declarationOptions() {
  const file = path.join(root, "tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, root);
  // `npm run check` reports type errors.
  const declarations = { noEmit: false, declaration: true, emitDeclarationOnly: true, noCheck: true };
  return { ...options, ...declarations, rootDir: root, types: ["node"] };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [option, reportFolder = folder] = process.argv.slice(2);
  const types = path.join(reportFolder, reportFolder === folder ? "bin/index.d.ts" : "index.d.ts");
  await (option === "--report" ? buildTypes(types, reportFolder) : buildComponents());
}
