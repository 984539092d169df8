import type { GatewayConfig } from "./config";
import type { Backfills } from "./copies/backfills";
import type { CopyDependencies, Replicator } from "./copies/replicator";
import type { Caller, CallerCheck } from "./iam/caller";
import type { Sessions } from "./iam/sessions";
import type { Tokens } from "./iam/tokens";
import type { UploadSessions } from "./storage/uploadSessions";
import type { InjectedFaults } from "./wire/injectedFaults";

/**
 * All parts of the gateway, passed to every operation and to the registry protocol; gateway.ts creates them. Modules in
 * the folders below declare the parts they need as interfaces of their own.
 */
export interface GatewayContext extends CopyDependencies {
  config: GatewayConfig;
  tokens: Tokens;
  callers: CallerCheck;
  /** Uploads in progress through the registry protocol. */
  uploads: UploadSessions;
  replicator: Replicator;
  backfills: Backfills;
  sessions: Sessions;
  /** Faults that tests inject into calls. */
  faults: InjectedFaults;
}

/** An API operation: validated input in, the output shape out, refusals thrown as ServiceError. */
export type Operation<Input = never> = (
  context: GatewayContext,
  caller: Caller,
  input: Input,
) => object | Promise<object>;
