import type {
  Policy,
  PolicyProviderResource,
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { isLeftAlone } from "./exceptions";
import { Findings } from "./findings";
import { type Parameters, readParameters } from "./parameters";
import { readProperty } from "./unknowns";

/** What every rule says about itself; none of it is optional here. */
type RuleTexts = Required<
  Pick<Policy, "name" | "displayName" | "description" | "severity" | "tags" | "remediationSteps" | "url">
> &
  Pick<Policy, "framework">;

interface Rule extends RuleTexts {
  /** @default "mandatory" */
  enforcementLevel?: Policy["enforcementLevel"];
  parameters: Parameters;
  /** Faults of the config that its schema cannot see, as an error that is thrown. @default none */
  checkConfig?: (config: never) => void;
}

/** A resource as rules see it. */
export interface Subject {
  type: string;
  /** In the program. */
  name: string;
  urn: string;
  opts: Pick<PolicyResourceOptions, "protect" | "ignoreChanges">;
  provider: PolicyProviderResource | undefined;
  /** A property, copied, with an Unknown for all that is not known in it. `undefined` when it is not set or null. */
  read(property: string): unknown;
}

export interface ResourceRule<Config> extends Rule {
  /** Resources of other types are not looked at, and cost nothing. */
  types: readonly string[] | ((type: string) => boolean);
  judge(resource: Subject, config: Config, findings: Findings): void;
  /**
   * Puts the properties right in place, for those who set the level "remediate". Properties that are not known or secret
   * are to stay as they are, and so are those whose changes the program ignores (`ignoresChanges`): the update would not make
   * them, and the state would say that it had.
   * @returns Whether anything was changed.
   */
  remediate?(resource: Subject, config: Config, props: Record<string, unknown>): boolean;
}

export interface StackRule<Config> extends Rule {
  /** A stack without a resource of these types is not looked at. */
  types: readonly string[];
  judge(stack: Stack, config: Config, findings: Findings): void;
}

export interface StackSubject extends Subject {
  /** Resources that a property depends on. */
  dependencies(property: string): readonly PolicyResource[];
  parent: PolicyResource | undefined;
  resource: PolicyResource;
}

export class Stack {
  private readonly byType = new Map<string, PolicyResource[]>();

  constructor(readonly resources: readonly PolicyResource[]) {
    for (const resource of resources) {
      const list = this.byType.get(resource.type);
      if (list === undefined) {
        this.byType.set(resource.type, [resource]);
      } else {
        list.push(resource);
      }
    }
  }

  ofType(...types: readonly string[]): StackSubject[] {
    return types.flatMap((type) => this.byType.get(type) ?? []).map(stackSubject);
  }

  has(types: readonly string[]): boolean {
    return types.some((type) => this.byType.has(type));
  }
}

function subject(resource: {
  type: string;
  name: string;
  urn: string;
  opts: PolicyResourceOptions;
  provider?: PolicyProviderResource | undefined;
  props: Record<string, unknown>;
}): Subject {
  const { type, name, urn, opts, provider, props } = resource;
  return { type, name, urn, opts, provider, read: (property) => readProperty(props, property) ?? undefined };
}

export function stackSubject(resource: PolicyResource): StackSubject {
  return {
    ...subject(resource),
    resource,
    parent: resource.parent,
    dependencies: (property) => resource.propertyDependencies[property] ?? [],
  };
}

function policyOf({ parameters, ...rule }: Rule) {
  const { name, displayName, description, severity, tags, remediationSteps, url, framework } = rule;
  return {
    name,
    displayName,
    description,
    enforcementLevel: rule.enforcementLevel ?? "mandatory",
    severity,
    ...(framework && { framework }),
    tags,
    remediationSteps,
    url,
    configSchema: { properties: parameters },
  } as const;
}

/** Whether the program's option ignoreChanges keeps a change of this property, or of a part of it, from AWS. */
export function ignoresChanges({ opts }: Pick<Subject, "opts">, ...property: readonly string[]): boolean {
  return (opts.ignoreChanges ?? []).some((entry) => {
    const steps = [...entry.matchAll(/\["((?:[^"\\]|\\.)*)"\]|[^.[\]]+/g)].map(([whole, quoted]) => quoted ?? whole);
    const shorter = Math.min(steps.length, property.length);
    return steps.slice(0, shorter).every((step, index) => step === "*" || step === property[index]);
  });
}

type ConfigSource = { getConfig<C extends object>(): C };

function configOf<Config extends object>(rule: Rule, source: ConfigSource): Config {
  const config = readParameters<Config>(rule.name, rule.parameters, source);
  rule.checkConfig?.(config as never);
  return config;
}

/**
 * Ends a judgement of what is none of the rule's business, so that the engine does not count it among what passed. The SDK does
 * that with an error, for nearly every rule and resource; its stack trace is shown to nobody, and took a third of the pack's time.
 */
function leaveAside(args: { notApplicable(): never }): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A rule about each resource by itself; it is judged before the resource is made. */
export function resourceRule<Config extends object>(rule: ResourceRule<Config>): ResourceValidationPolicy {
  const { remediate, types } = rule;
  const isFor = typeof types === "function" ? types : (type: string) => types.includes(type);
  const policy: ResourceValidationPolicy = {
    ...policyOf(rule),
    validateResource: (args, reportViolation) => {
      if (!isFor(args.type)) {
        leaveAside(args);
      }
      const resource = subject(args);
      const findings = new Findings(rule.name, resource);
      rule.judge(resource, configOf(rule, args), findings);
      findings.report(reportViolation);
    },
  };
  if (remediate !== undefined) {
    policy.remediateResource = (args) =>
      isFor(args.type) && !isLeftAlone(rule.name, args) && remediate(subject(args), configOf(rule, args), args.props)
        ? args.props
        : undefined;
  }
  return policy;
}

/** A rule about resources together; in a preview and in an update it is judged when all of them are there. */
export function stackRule<Config extends object>(rule: StackRule<Config>): StackValidationPolicy {
  return {
    ...policyOf(rule),
    validateStack: (args, reportViolation) => {
      const stack = new Stack(args.resources);
      if (!stack.has(rule.types)) {
        leaveAside(args);
      }
      const findings = new Findings(rule.name);
      rule.judge(stack, configOf(rule, args), findings);
      findings.report(reportViolation);
    },
  };
}
