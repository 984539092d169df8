import * as path from "node:path";
import { goProgram } from "../tools";

const goModule = path.join(__dirname, "..", "pulumiTools");

/** The language host for YAML; with an empty Go cache it takes minutes to build. */
export function yamlLanguageHost(): Promise<string> {
  return goProgram(goModule, "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", ["go.sum"]);
}

/** The program that writes SDKs from a schema: `sdks <schema.json> <folder>`. */
export function sdkGenerator(): Promise<string> {
  return goProgram(goModule, "./sdks", ["go.sum", "sdks/main.go"]);
}
