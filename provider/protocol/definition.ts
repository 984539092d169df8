import type { PropertyMap } from "./values";

export type Severity = "debug" | "info" | "warning" | "error";

/** What one call of the engine brings with it. */
export interface CallContext {
  /** URN of the resource; empty for functions and provider configuration. */
  readonly urn: string;
  /** True when nothing may be changed: the engine only wants to know what would come. */
  readonly preview: boolean;
  /** Aborted when the user cancels or the engine goes away. */
  readonly signal: AbortSignal;
  /** A message that stays in the output. Secrets of the call's properties are taken out. */
  log(severity: Severity, message: string): void;
  /** A message that is shown beside the resource while it is worked on, and then forgotten. */
  status(message: string): void;
}

export interface Failure {
  /** Property path, empty when the whole resource is meant. */
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest {
  /** Inputs of the last deployment, as this provider's check returned them; empty for a new resource. */
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** The engine's naming configuration (`pulumi:autonaming`). */
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disabled"; readonly proposedName: string };
  /** For names that come out the same when a deployment is planned and then run; empty when the engine gives none. */
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
  /** True when the old side is the old input rather than the old output. */
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

/** One resource type. `Config` is what the provider's `configure` returned. */
export interface ResourceHandler<Config> {
  readonly type: string;
  check(request: CheckRequest, config: Config, context: CallContext): Promise<CheckResult>;
  diff(request: DiffRequest, config: Config, context: CallContext): Promise<DiffResult>;
  /** In a preview: the inputs and whatever else is known for sure; the engine takes what is missing as unknown. */
  create(inputs: PropertyMap, config: Config, context: CallContext): Promise<ResourceState>;
  /** `undefined` when the resource is gone. Without inputs it is an import, or `Type.get` of a program. */
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

/** One function ("data source") of a provider. */
export interface FunctionHandler<Config> {
  readonly token: string;
  invoke(args: PropertyMap, config: Config, context: CallContext): Promise<PropertyMap>;
}

export interface ProviderDefinition<Config> {
  /** Package name, `aws` for `pulumi-resource-aws`. */
  readonly name: string;
  readonly version: string;
  /** Provider configuration as the program gave it: what is not supported, or wrong, is a failure. */
  checkConfig(news: PropertyMap): Promise<readonly Failure[]>;
  /** Called once, before any resource is created, in a preview too: must throw when nothing could be done with this configuration. */
  configure(config: PropertyMap, context: CallContext): Promise<Config>;
  readonly resources: readonly ResourceHandler<Config>[];
  readonly functions: readonly FunctionHandler<Config>[];
  /** The package's schema for `pulumi package get-schema`, as JSON. @default name and version alone */
  readonly schema?: string;
  /** What is said of a resource or function that there is none of. @default which ones there are */
  readonly unsupported?: (what: string, supported: readonly string[]) => string;
}
