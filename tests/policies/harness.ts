import assert from "node:assert/strict";
import {
  type PolicyResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";

/** The sentinels of values that are unknown in a preview; the package's declarations omit them. */
const sentinels = require("@pulumi/policy/proxy") as { unknownStringValue: string; unknownArrayValue: string };
export const unknownText: string = sentinels.unknownStringValue;
export const unknownList: unknown = sentinels.unknownArrayValue;

export type Props = Record<string, unknown>;

export interface Verdict {
  violations: string[];
  /** URN of each violation; stack policies name them. */
  urns: (string | undefined)[];
  /** What Pulumi would report at advisory level as unknown. */
  unjudged: string[];
}

export const types = {
  repository: "aws:ecr/repository:Repository",
  template: "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
  lifecyclePolicy: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
};

function urnOf(type: string, name: string): string {
  return `urn:pulumi:dev::test::${type}::${name}`;
}

const opts = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

/** The rule does not apply to the resource: the server counts that as neither pass nor fail. */
class NotApplicable extends Error {}

const common = {
  opts,
  stackTags: new Map<string, string>(),
  isType: () => false,
  asType: () => undefined,
  notApplicable: (): never => {
    throw new NotApplicable();
  },
};

/** Runs a policy and sorts its results as the pack's server does: only an unknown value ends in an advisory. */
async function run(validate: (report: (message: string, urn?: string) => void) => unknown): Promise<Verdict> {
  const verdict: Verdict = { violations: [], urns: [], unjudged: [] };
  try {
    await validate((message, urn) => {
      verdict.violations.push(message);
      verdict.urns.push(urn);
    });
  } catch (error) {
    if (error instanceof NotApplicable) {
      return verdict;
    }
    if (!(error instanceof UnknownValueError)) {
      throw error;
    }
    verdict.unjudged.push((error as Error).message);
  }
  return verdict;
}

interface JudgedResource {
  type: string;
  name?: string;
  props: Props;
  /** Config of its AWS provider. */
  provider?: Props;
  protect?: boolean;
}

/** Judges one resource, with its properties wrapped as the server wraps them. */
export function judgeResource(
  policy: ResourceValidationPolicy,
  resource: JudgedResource,
  config: object = {},
): Promise<Verdict> {
  const name = resource.name ?? "petclinic";
  const { validateResource } = policy;
  if (typeof validateResource !== "function") {
    throw new Error("one validation function expected");
  }
  return run((report) =>
    validateResource(
      {
        ...common,
        type: resource.type,
        name,
        urn: urnOf(resource.type, name),
        props: unknownCheckingProxy(resource.props),
        opts: { ...opts, protect: resource.protect ?? false },
        ...(resource.provider && { provider: providerOf(resource.provider) }),
        getConfig: <T extends object>() => config as T,
      },
      report,
    ),
  );
}

function providerOf(props: Props) {
  const type = "pulumi:providers:aws";
  return { type, name: "aws", urn: urnOf(type, "aws"), props: unknownCheckingProxy(props) };
}

/** The properties of a resource after a remediation; `undefined` when it does not change them. */
export function remediateResource(
  policy: ResourceValidationPolicy,
  resource: { type: string; name?: string; props: Props; provider?: Props; ignoreChanges?: string[] },
  config: object = {},
): Props | undefined {
  const name = resource.name ?? "petclinic";
  const props = structuredClone(resource.props);
  const made = policy.remediateResource?.({
    ...common,
    opts: { ...opts, ignoreChanges: resource.ignoreChanges ?? [] },
    type: resource.type,
    name,
    urn: urnOf(resource.type, name),
    props: unknownCheckingProxy(props),
    ...(resource.provider && { provider: providerOf(resource.provider) }),
    getConfig: <T extends object>() => config as T,
  });
  // The server removes the proxies from what a remediation returns.
  return made === undefined ? undefined : props;
}

export interface StackResource {
  type: string;
  name: string;
  props: Props;
  /** Name of the component that is its parent. */
  parent?: string;
  /** Type of that component. Default: one that no rule knows. */
  parentType?: string;
  /** Resources that its `repository` property depends on, by name. */
  repositoryFrom?: string[];
  /** Resources that other properties depend on, by name. */
  from?: Record<string, string[]>;
  /** Name of its AWS provider. */
  provider?: string;
  /** Config of that provider. */
  providerConfig?: Props;
}

/** Judges a stack with its outputs. Parents are components of the given name, directly below the stack. */
export function judgeStack(
  policy: StackValidationPolicy,
  resources: StackResource[],
  config: object = {},
  outputs: Props = {},
): Promise<Verdict> {
  const make = (type: string, name: string, props: Props): PolicyResource => ({
    ...common,
    type,
    name,
    urn: urnOf(type, name),
    props: unknownCheckingProxy(props),
    dependencies: [],
    propertyDependencies: {},
  });
  const stack = make("pulumi:pulumi:Stack", "test-dev", outputs);
  const made = resources.map(({ type, name, props }) => make(type, name, props));
  const components = new Map<string, PolicyResource>();
  resources.forEach(({ parent, repositoryFrom, from, provider, providerConfig }, index) => {
    const resource = made[index];
    if (resource === undefined) {
      return;
    }
    resource.parent = stack;
    if (parent !== undefined) {
      const type = resources[index]?.parentType ?? "test:index:Component";
      const component = components.get(parent) ?? { ...make(type, parent, {}), parent: stack };
      components.set(parent, component);
      resource.parent = component;
    }
    if (repositoryFrom !== undefined) {
      const sources = made.filter(({ name, type }) => repositoryFrom.includes(name) && type !== types.lifecyclePolicy);
      resource.propertyDependencies = { repository: sources };
    }
    for (const [property, names] of Object.entries(from ?? {})) {
      resource.propertyDependencies = {
        ...resource.propertyDependencies,
        [property]: made.filter(({ name }) => names.includes(name)),
      };
    }
    if (provider !== undefined) {
      resource.provider = {
        type: "pulumi:providers:aws",
        name: provider,
        urn: urnOf("pulumi:providers:aws", provider),
        props: unknownCheckingProxy(providerConfig ?? {}),
      };
    }
  });
  return run((report) =>
    policy.validateStack(
      {
        resources: [stack, ...components.values(), ...made],
        stackTags: common.stackTags,
        notApplicable: common.notApplicable,
        getConfig: <T extends object>() => config as T,
      },
      report,
    ),
  );
}

/** No violation, and nothing unknown. */
export function assertPasses(verdict: Verdict): void {
  assert.deepEqual(verdict, { violations: [], urns: [], unjudged: [] });
}

/** Exactly these violations in this order, and nothing unknown. */
export function assertFails(verdict: Verdict, ...messages: RegExp[]): void {
  assert.deepEqual(verdict.unjudged, []);
  assertViolations(verdict, ...messages);
}

/** Exactly these violations in this order, each with a fix, whatever was unknown. */
export function assertViolations(verdict: Verdict, ...messages: RegExp[]): void {
  assert.equal(verdict.violations.length, messages.length, verdict.violations.join("\n"));
  for (const [index, message] of messages.entries()) {
    assert.match(verdict.violations[index] ?? "", message);
    assert.match(verdict.violations[index] ?? "", /\. [A-Z][a-z]+ .*\.$/);
  }
}

/** No violation, and one unknown value reported for `pulumi up` to check. */
export function assertUnjudged(verdict: Verdict, message: RegExp): void {
  assert.deepEqual(verdict.violations, []);
  assert.equal(verdict.unjudged.length, 1);
  assert.match(verdict.unjudged[0] ?? "", message);
  assert.match(verdict.unjudged[0] ?? "", / `pulumi up` checks it\.$/);
}
