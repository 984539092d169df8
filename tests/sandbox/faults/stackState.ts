import type { TestProject } from "../program/project";

interface Deployment {
  deployment: {
    resources?: { urn: string; type: string; inputs?: unknown; outputs?: unknown; dependencies?: string[] }[];
    pending_operations?: unknown[];
  };
}

/** What marks a secret in a state; its text is encrypted anew at each write. */
const secretKey = "4dabf18193072939515e22adb298388d";

/**
 * What a stack's state says of its resources, without what two runs of the same program differ in: account, addresses,
 * folder, secrets, ids and times. Two stacks with the same are in the same state.
 */
export async function comparableState(project: TestProject): Promise<Record<string, unknown>> {
  const { deployment } = JSON.parse((await project.mustPulumi("stack", "export")).stdout) as Deployment;
  const resources = (deployment.resources ?? []).map(({ urn, inputs, outputs, dependencies = [] }) => [
    urn.replace(/(default\w*)::[0-9a-f-]{36}$/, "$1"),
    { inputs: withoutSecrets(inputs), outputs: withoutSecrets(outputs), dependencies: [...dependencies].sort() },
  ]);
  const state = { resources: Object.fromEntries(resources), pending: deployment.pending_operations ?? [] };
  return JSON.parse(
    JSON.stringify(state)
      .replaceAll(project.account, "ACCOUNT")
      .replaceAll(project.directory, "PROJECT")
      .replaceAll(/127\.0\.0\.1:\d+(\/[a-z0-9]+(?=\/petclinic))?/g, "REGISTRY"),
  ) as Record<string, unknown>;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (secretKey in value) return "SECRET";
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSecrets(member)]));
}
