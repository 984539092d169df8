import type { PropertyMap } from "./values";

export type Severity = "debug" | "info" | "warning" | "error";

/** The context of one call from the engine. */
export interface CallContext {
  /** URN of the resource; empty for functions and provider configuration. */
  readonly urn: string;
  /** True when nothing may be changed: the engine only asks for the expected result. */
  readonly preview: boolean;
  /** Aborted when the user cancels or the engine exits. */
  readonly signal: AbortSignal;
  /** Logs a permanent message. Secrets in the call's properties are redacted. */
  log(severity: Severity, message: string): void;
  /** Shows a temporary message next to the resource during the operation. */
  status(message: string): void;
}

export interface Failure {
  /** Property path; empty for the whole resource. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest {
  /** Inputs of the last deployment, as returned by this provider's check; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** The engine's naming configuration (`pulumi:autonaming`). */
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disabled"; readonly proposedName: string };
  /** Makes generated names the same in a plan and its deployment; empty when the engine provides none. */
  readonly randomSeed: Uint8Array;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly Failure[];
}

export type DiffKind = "add" | "delete" | "update";

export interface PropertyChange {
  readonly kind: DiffKind;
  readonly replace?: boolean;
  /** True when the old value is the old input rather than the old output. */
  readonly inputDiff?: boolean;
}

export interface DiffRequest {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export interface DiffResult {
  /** By property path. Empty: no change. */
  readonly changes: Readonly<Record<string, PropertyChange>>;
  readonly deleteBeforeReplace?: boolean;
}

export interface ResourceState {
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface ReadResult extends ResourceState {
  readonly inputs: PropertyMap;
}

/** A resource type. `Config` is the result of the provider's `configure`. */
export interface ResourceHandler<Config> {
  readonly type: string;
  check(request: CheckRequest, config: Config, context: CallContext): Promise<CheckResult>;
  diff(request: DiffRequest, config: Config, context: CallContext): Promise<DiffResult>;
  /** In a preview: the inputs and everything else that is certain; the engine treats missing properties as unknown. */
  create(inputs: PropertyMap, config: Config, context: CallContext): Promise<ResourceState>;
  /** `undefined` when the resource no longer exists. Without inputs it is an import, or a program's `Type.get`. */
  read(
    request: { id: string; inputs: PropertyMap; outputs: PropertyMap },
    config: Config,
    context: CallContext,
  ): Promise<ReadResult | undefined>;
  update(
    request: { id: string; oldInputs: PropertyMap; oldOutputs: PropertyMap; news: PropertyMap },
    config: Config,
    context: CallContext,
  ): Promise<PropertyMap>;
  delete(request: { id: string; outputs: PropertyMap }, config: Config, context: CallContext): Promise<void>;
}

/** A provider function ("data source"). */
export interface FunctionHandler<Config> {
  readonly token: string;
  invoke(args: PropertyMap, config: Config, context: CallContext): Promise<PropertyMap>;
}

export interface ProviderDefinition<Config> {
  /** Package name, `aws` for `pulumi-resource-aws`. */
  readonly name: string;
  readonly version: string;
  /** Provider configuration from the program; unsupported or invalid values are failures. */
  checkConfig(news: PropertyMap): Promise<readonly Failure[]>;
  /** Called once, before any resource is created, also in a preview: must throw when the configuration cannot work. */
  configure(config: PropertyMap, context: CallContext): Promise<Config>;
  readonly resources: readonly ResourceHandler<Config>[];
  readonly functions: readonly FunctionHandler<Config>[];
  /** The package's schema for `pulumi package get-schema`, as JSON. @default only name and version */
  readonly schema?: () => string;
  /** The program for Node that creates the package's components: see ComponentProcess. @default no components */
  readonly components?: string;
  /** The message for an unknown resource or function. @default lists the known ones */
  readonly unsupported?: (what: string, supported: readonly string[]) => string;
}
