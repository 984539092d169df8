import * as fs from "node:fs";
import { type GatewayAddresses, type GatewayConfig, portVariables } from "./config";
import type { GatewayContext } from "./context";
import { Backfills } from "./copies/backfills";
import { Replicator } from "./copies/replicator";
import { createAwsEndpoint } from "./endpoint/awsEndpoint";
import { EventSender } from "./events/eventSender";
import { CallerCheck } from "./iam/caller";
import { IdentityStore } from "./iam/identityStore";
import { Sessions } from "./iam/sessions";
import { Tokens } from "./iam/tokens";
import { LifecycleSchedule } from "./lifecycle/lifecycleSchedule";
import { Forwarder } from "./ministack/forwarder";
import { MinistackClient } from "./ministack/ministackClient";
import { handleRegistryRequest } from "./registry/handler";
import { Registries } from "./repositories/registries";
import { type Clock, MovableClock, systemClock } from "./state/clock";
import { KeyedLock } from "./state/keyedLock";
import { Store } from "./state/store";
import { DistributionClient } from "./storage/distributionClient";
import { GarbageCollection } from "./storage/garbageCollection";
import { reconcile } from "./storage/reconcile";
import { UploadSessions } from "./storage/uploadSessions";
import { InjectedFaults } from "./wire/injectedFaults";
import { closeServer, listen } from "./wire/ports";
import { logRequest } from "./wire/requestLog";

export interface Gateway extends GatewayAddresses {
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** The clock for tokens and image dates. @default the system clock */
  clock?: Clock;
  /** @default one line with the time on stderr */
  log?: (message: string) => void;
  /** Receives one line for each request. @default requests are not logged */
  logRequests?: (line: string) => void;
}

/**
 * Starts the gateway in this process. Distribution and MiniStack may start later: only requests that need them fail
 * until then.
 *
 * @throws PortTakenError when a port is in use.
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions = {}): Promise<Gateway> {
  const log = options.log ?? ((message) => console.error(`${new Date().toISOString()} ${message}`));
  const store = new Store(config.stateDirectory);
  const clock = new MovableClock(options.clock ?? systemClock, store);
  const ministack = new MinistackClient(config);
  const identities = new IdentityStore(ministack);
  const sessions = new Sessions(store, config);
  const replicator = new Replicator(() => context);
  const backfills = new Backfills(() => context);
  const forwarder = new Forwarder(config, log);
  const context: GatewayContext = {
    config,
    clock,
    store,
    log,
    ministack,
    tokens: new Tokens(store, clock),
    registries: new Registries(config, store),
    distribution: new DistributionClient(config),
    uploads: new UploadSessions(),
    callers: new CallerCheck(config, ministack, identities, sessions),
    identities,
    sessions,
    events: new EventSender(ministack, log, () => forwarder.changes),
    replicator,
    backfills,
    repositoryLocks: new KeyedLock(),
    faults: new InjectedFaults(),
    garbageCollection: new GarbageCollection(config.garbageCollection, log),
  };
  context.distribution.onGarbage = () => {
    context.garbageCollection.garbage = true;
  };
  let endpoint = "";
  const server = createAwsEndpoint(context, clock, forwarder, () => endpoint);
  const { logRequests } = options;
  if (logRequests) server.prependListener("request", (request, response) => logRequest(logRequests, request, response));
  const schedule = new LifecycleSchedule(context);
  const addresses = (): GatewayAddresses => ({
    endpoint,
    publicRegistry: context.registries.publicHost,
    privateRegistry: context.registries.privateHost(config.account, config.region),
    registries: Object.values(context.registries.addresses()),
  });
  let reconciling: Promise<void> = Promise.resolve();
  const close = async () => {
    await Promise.all([closeServer(server), context.registries.close()]);
    await Promise.all([
      schedule.stop(),
      replicator.stop(),
      backfills.stop(),
      context.garbageCollection.stop(),
      reconciling,
    ]);
    forwarder.close();
    context.distribution.close();
    await store.close();
  };
  try {
    await context.registries.open((request, response, address) => {
      if (logRequests) logRequest(logRequests, request, response);
      void context.garbageCollection.during(() => handleRegistryRequest(context, request, response, address));
    });
    endpoint = `http://127.0.0.1:${await listenOnStoredPort(context, server)}`;
  } catch (error) {
    await close();
    throw error;
  }
  replicator.resume();
  backfills.resume();
  writeAddresses(config, addresses());
  reconciling = reconcile(context).catch((error: unknown) =>
    log(`the contents of Distribution were not compared: ${String(error)}`),
  );
  context.registries.onOpen = () => writeAddresses(config, addresses());
  return { ...addresses(), close };
}

/** Renamed into place, so that a process waiting for the file never reads half of it. */
function writeAddresses(config: GatewayConfig, addresses: GatewayAddresses): void {
  if (config.addressesFile !== undefined) {
    fs.writeFileSync(`${config.addressesFile}.tmp`, JSON.stringify(addresses), { mode: 0o600 });
    fs.renameSync(`${config.addressesFile}.tmp`, config.addressesFile);
  }
}

/** Listens on the endpoint's port; a port that it picks itself is kept for the next start. */
async function listenOnStoredPort(context: GatewayContext, server: Parameters<typeof listen>[0]): Promise<number> {
  const kept = context.store.setting<number>("port", "endpoint");
  const port = await listen(server, context.config.ports.endpoint || (kept ?? 0), portVariables.endpoint);
  if (port !== kept) {
    context.store.change(() => context.store.putSetting(port, "port", "endpoint"));
  }
  return port;
}
