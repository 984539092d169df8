import * as path from "node:path";
import { goProgram } from "../tools";

/** Each client has its own Go module, because their dependencies conflict. */
function goClient(name: string, command: string): Promise<string> {
  return goProgram(path.join(__dirname, "go", name), command, ["go.sum"]);
}

export function regctl(): Promise<string> {
  return goClient("regctl", "github.com/regclient/regclient/cmd/regctl");
}

export function helm(): Promise<string> {
  return goClient("helm", "helm.sh/helm/v3/cmd/helm");
}

export function cosign(): Promise<string> {
  return goClient("cosign", "github.com/sigstore/cosign/v3/cmd/cosign");
}
