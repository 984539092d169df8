import type {
  Policy,
  PolicyProviderResource,
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { blocksRemediation } from "./exceptions";
import { Findings } from "./findings";
import { type Parameters, readParameters } from "./parameters";
import { readProperty } from "./unknowns";

/** A rule's metadata, which Pulumi makes optional and this pack requires. */
type RuleMetadata = Required<
  Pick<Policy, "name" | "displayName" | "description" | "severity" | "tags" | "remediationSteps" | "url">
> &
  Pick<Policy, "framework">;

interface Rule extends RuleMetadata {
  /** @default "mandatory" */
  enforcementLevel?: Policy["enforcementLevel"];
  parameters: Parameters;
  /** Throws for faults in the config that its schema cannot express. @default no check */
  checkConfig?: (config: never) => void;
}

/** A resource as rules see it. */
export interface Subject {
  type: string;
  /** The resource's name in the program. */
  name: string;
  urn: string;
  opts: Pick<PolicyResourceOptions, "protect" | "ignoreChanges">;
  provider: PolicyProviderResource | undefined;
  /** A copy of a property, with an Unknown for each unknown value in it. `undefined` when it is not set or null. */
  read(property: string): unknown;
}

export interface ResourceRule<Config> extends Rule {
  /** Resources of other types are skipped at no cost. */
  types: readonly string[] | ((type: string) => boolean);
  judge(resource: Subject, config: Config, findings: Findings): void;
  /**
   * Corrects the properties in place, for users who set the level "remediate". It must not touch unknown or secret
   * properties, nor those with `ignoreChanges` (see `ignoresChanges`): the update would not apply the change, but the
   * state would record it.
   * @returns Whether anything was changed.
   */
  remediate?(resource: Subject, config: Config, props: Record<string, unknown>): boolean;
}

export interface StackRule<Config> extends Rule {
  /** A stack without a resource of these types is skipped. */
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

/**
 * Whether the resource option ignoreChanges covers this property or a part of it, so that a change does not reach AWS.
 */
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
 * Skips a resource that the rule does not apply to, so that the engine does not count it as passed. The SDK does that
 * by throwing, for nearly every pair of rule and resource; nobody sees the stack trace, and collecting it took a third
 * of the pack's time.
 */
function skipNotApplicable(args: { notApplicable(): never }): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A rule about single resources, each checked before it is created. */
export function resourceRule<Config extends object>(rule: ResourceRule<Config>): ResourceValidationPolicy {
  const { remediate, types } = rule;
  const isFor = typeof types === "function" ? types : (type: string) => types.includes(type);
  const policy: ResourceValidationPolicy = {
    ...policyOf(rule),
    validateResource: (args, reportViolation) => {
      if (!isFor(args.type)) {
        skipNotApplicable(args);
      }
      const resource = subject(args);
      const findings = new Findings(rule.name, resource);
      rule.judge(resource, configOf(rule, args), findings);
      findings.report(reportViolation);
    },
  };
  if (remediate !== undefined) {
    policy.remediateResource = (args) =>
      isFor(args.type) &&
      !blocksRemediation(rule.name, args) &&
      remediate(subject(args), configOf(rule, args), args.props)
        ? args.props
        : undefined;
  }
  return policy;
}

/** A rule about the resources of a stack together, checked at the end of a preview or an update. */
export function stackRule<Config extends object>(rule: StackRule<Config>): StackValidationPolicy {
  return {
    ...policyOf(rule),
    validateStack: (args, reportViolation) => {
      const stack = new Stack(args.resources);
      if (!stack.has(rule.types)) {
        skipNotApplicable(args);
      }
      const findings = new Findings(rule.name);
      rule.judge(stack, configOf(rule, args), findings);
      findings.report(reportViolation);
    },
  };
}
