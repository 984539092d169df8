import * as fs from "node:fs";
import { createAwsEndpoint } from "./awsEndpoint";
import { Backfills } from "./backfills";
import { CallerCheck } from "./caller";
import { type Clock, MovableClock, systemClock } from "./clock";
import { type GatewayAddresses, type GatewayConfig, portVariables } from "./config";
import type { GatewayContext } from "./context";
import { DistributionClient } from "./distributionClient";
import { EventSender } from "./events/eventSender";
import { Forwarder } from "./forward";
import { GarbageCollection } from "./garbageCollection";
import { IdentityStore } from "./iam/identityStore";
import { Sessions } from "./iam/sessions";
import { InjectedFaults } from "./injectedFaults";
import { KeyedLock } from "./keyedLock";
import { LifecycleSchedule } from "./lifecycle/schedule";
import { MinistackClient } from "./ministackClient";
import { closeServer, listen } from "./ports";
import { reconcile } from "./reconcile";
import { Registries } from "./registries";
import { handleRegistryRequest } from "./registry/handler";
import { UploadSessions } from "./registry/uploadSessions";
import { Replicator } from "./replicator";
import { logRequest } from "./requestLog";
import { Store } from "./state/store";
import { Tokens } from "./tokens";

export interface Gateway extends GatewayAddresses {
  close(): Promise<void>;
}

export interface GatewayOptions {
  /** The time that tokens and image dates go by. @default the system's */
  clock?: Clock;
  /** @default one line on the error output, with the time */
  log?: (message: string) => void;
  /** Is told each request. @default nobody */
  logRequests?: (line: string) => void;
}

/**
 * Starts the gateway in this process. Distribution and MiniStack may start later: only what needs them fails until then.
 *
 * @throws PortTakenError when one of its ports is not free.
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
    endpoint = `http://127.0.0.1:${await listenKept(context, server)}`;
  } catch (error) {
    await close();
    throw error;
  }
  replicator.resume();
  backfills.resume();
  writeAddresses(config, addresses());
  reconciling = reconcile(context).catch((error: unknown) =>
    log(`what Distribution has was not compared: ${String(error)}`),
  );
  context.registries.onOpen = () => writeAddresses(config, addresses());
  return { ...addresses(), close };
}

/** Renamed into place: whoever waits for the file must not read half of it. */
function writeAddresses(config: GatewayConfig, addresses: GatewayAddresses): void {
  if (config.addressesFile !== undefined) {
    fs.writeFileSync(`${config.addressesFile}.tmp`, JSON.stringify(addresses), { mode: 0o600 });
    fs.renameSync(`${config.addressesFile}.tmp`, config.addressesFile);
  }
}

/** Listens on the endpoint's port; one that the system chose is kept for the next start. */
async function listenKept(context: GatewayContext, server: Parameters<typeof listen>[0]): Promise<number> {
  const kept = context.store.setting<number>("port", "endpoint");
  const port = await listen(server, context.config.ports.endpoint || (kept ?? 0), portVariables.endpoint);
  if (port !== kept) {
    context.store.change(() => context.store.putSetting(port, "port", "endpoint"));
  }
  return port;
}
