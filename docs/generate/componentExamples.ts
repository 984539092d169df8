import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

const root = path.join(__dirname, "../..");

/** Path of the program that `componentExamples` generates, from the root. */
export const componentExamplesFile = "tests/docs/componentExamples.ts";

/** Declarations that the examples use but do not contain. */
const surroundings = `declare const repository: PrivateRepository;
declare const petclinic: PrivateRepository;
declare const pushRole: PushRole;
declare const executionRole: aws.iam.Role;
declare const deployer: aws.iam.Role;
declare const builder: aws.iam.Role;
declare const config: pulumi.Config;
declare const name: string;
declare const args: PrivateRepositoryArgs;
`;

/**
 * Generates a program with every example from the components' doc comments and the README, each in its own function. It
 * is compiled with the project, so that no example can become outdated.
 */
export function componentExamples(): string {
  const exported = exportedNames();
  const examples = [...docExamples(exported), ...readmeExamples()];
  const all = examples.map(({ of, code }) => `/** ${of} */\nexport function ${functionName(of)}() {\n${code}}\n`);
  const body = [surroundings, ...all].join("\n");
  const used = [...exported].filter((each) => new RegExp(`\\b${each}\\b`).test(body)).sort();
  return [
    "// biome-ignore-all lint: made of the doc comments and the README by docs/generate/componentExamples.ts",
    "// biome-ignore-all assist: made of the doc comments and the README by docs/generate/componentExamples.ts",
    "// biome-ignore-all format: made of the doc comments and the README by docs/generate/componentExamples.ts",
    'import * as aws from "@pulumi/aws";',
    'import * as pulumi from "@pulumi/pulumi";',
    `import {\n${used.map((each) => `  ${each},\n`).join("")}} from "../../components";`,
    "",
    body,
  ].join("\n");
}

interface Example {
  /** The example's origin: `PrivateRepository`, `README.md 1`. */
  of: string;
  /** Its lines, indented, without imports and `export`. */
  code: string;
}

function functionName(of: string): string {
  return `exampleOf${of.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/^\w/, (letter) => letter.toUpperCase())}`;
}

/** The names that components/index.ts exports. */
function exportedNames(): Set<string> {
  const names = parse("components/index.ts").statements.flatMap((statement) =>
    ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)
      ? statement.exportClause.elements.map(({ name }) => name.text)
      : [],
  );
  return new Set(names);
}

function docExamples(exported: ReadonlySet<string>): Example[] {
  const files = ["components", "ecr"].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`)
      .sort(),
  );
  return files.flatMap((file) => {
    const source = parse(file);
    return source.statements.flatMap((statement) => {
      const name = "name" in statement ? (statement.name as ts.Identifier | undefined)?.text : undefined;
      if (name === undefined || !exported.has(name)) return [];
      const members = ts.isClassDeclaration(statement) ? [...statement.members] : [];
      return [
        ...examplesIn(statement, name),
        ...members.flatMap((member) => examplesIn(member, `${name}.${member.name?.getText(source) ?? ""}`)),
      ];
    });
  });
}

function examplesIn(node: ts.Node, of: string): Example[] {
  return ts
    .getJSDocTags(node)
    .filter(({ tagName }) => tagName.text === "example")
    .map((tag) => ({ of, code: statements(ts.getTextOfJSDocComment(tag.comment) ?? "") }));
}

/** The README's TypeScript code blocks. */
function readmeExamples(): Example[] {
  const text = fs.readFileSync(path.join(root, "README.md"), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""], index) => ({
    of: `README.md ${index + 1}`,
    code: statements(code),
  }));
}

function statements(code: string): string {
  return code
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("import "))
    .map((line) => (line === "" ? "\n" : `  ${line.replace(/^export /, "")}\n`))
    .join("");
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, fs.readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
}
