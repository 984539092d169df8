import type { RegistryKind } from "../state/records";
import { services } from "./services";

/** Operations that do less here than in the service, with what is different. Every other one that there is is faithful. */
const simplified: Record<RegistryKind, Record<string, string>> = {
  private: {
    BatchGetImage: "gives the stored manifest whatever acceptedMediaTypes says; fetches nothing from an upstream",
    CreatePullThroughCacheRule: "keeps rules for every upstream; does not read the secret",
    DescribeImageScanFindings: "findings come from the file that SANDBOX_SCAN_FINDINGS names; none without it",
    DescribeImageSigningStatus: "nothing is signed: what a rule is for has failed, with the reason",
    DescribeImageReplicationStatus: "waits for copies that are under way, so IN_PROGRESS is not seen",
    GetAuthorizationToken: "registryIds gives one token for each; all are for the caller",
    PutReplicationConfiguration: "copies between the sandbox's own accounts and regions",
    PutSigningConfiguration: "kept, and not acted on",
    StartReplicationBackfill: "copies one image after the other, between the sandbox's own accounts and regions",
    StartImageScan: "complete with the next request",
    UpdateImageStorageClass: "a restored image is active with the next request",
    UpdatePullThroughCacheRule: "does not read the secret",
    ValidatePullThroughCacheRule:
      "valid when the upstream is in the sandbox: its public registry, or an account's private one",
  },
  public: {
    DescribeRegistries: "one alias, made from the account's number; never verified",
    PutRepositoryCatalogData: "there is no gallery to show it",
  },
};

/** Why an operation of the model is refused; the sandbox has every one of them now. */
const refused: Record<RegistryKind, Record<string, string>> = { private: {}, public: {} };

interface OperationFidelity {
  operation: string;
  state: "faithful" | "simplified" | "refused";
  note: string;
}

/** How each operation of a service's model behaves here, in lexical order. */
export function operationFidelity(kind: RegistryKind): OperationFidelity[] {
  const { model, operations } = services[kind];
  return Object.keys(model.operations).map((operation) => {
    if (!Object.hasOwn(operations, operation)) {
      return { operation, state: "refused", note: refused[kind][operation] ?? "" };
    }
    const note = simplified[kind][operation];
    return { operation, state: note === undefined ? "faithful" : "simplified", note: note ?? "" };
  });
}

/** Notes on operations that are not what the note says: not in the model, or refused without a reason. */
export function misplacedNotes(kind: RegistryKind): string[] {
  const table = new Map(operationFidelity(kind).map((each) => [each.operation, each]));
  const unreasoned = [...table.values()].filter(({ state, note }) => state === "refused" && note === "");
  return [
    ...Object.keys(simplified[kind]).filter((operation) => table.get(operation)?.state !== "simplified"),
    ...Object.keys(refused[kind]).filter((operation) => table.get(operation)?.state !== "refused"),
    ...unreasoned.map(({ operation }) => operation),
  ];
}

/** docs/sandbox-operations.md. */
export function operationsDocument(): string {
  const table = (kind: RegistryKind) =>
    operationFidelity(kind)
      .map(({ operation, state, note }) => `| ${operation} | ${state} | ${note} |`)
      .join("\n");
  const section = (title: string, kind: RegistryKind) =>
    `## ${title}\n\n| operation | here | what is different |\n|---|---|---|\n${table(kind)}\n`;
  return `# The sandbox's ECR, operation by operation

Requests are validated against botocore's service models. \`faithful\`: as the service as far as is documented;
\`simplified\`: does less, as said; \`refused\`: with UnsupportedOperationException.
Made by \`SANDBOX_WRITE_DOCS=1 npx mocha tests/sandbox/gateway/fidelity.test.ts\`, which otherwise compares.

${section("Amazon ECR", "private")}
${section("Amazon ECR Public", "public")}`;
}
