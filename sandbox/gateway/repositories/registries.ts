import { createHash } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import * as http from "node:http";
import { type GatewayConfig, portVariables } from "../config";
import { publicApiRegion, type RegistryAddress, type RepositoryRecord } from "../state/records";
import type { Store } from "../state/store";
import { closeServer, listen, PortTakenError } from "../wire/ports";

/** Handles a request to a registry; `address` is absent for the public registry, which serves every account. */
export type RegistryHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  address: RegistryAddress | undefined,
) => void;

/** How many ports after the first private registry's to try for further ones. */
const portsToTry = 200;

/**
 * The registries' addresses: a loopback port for each private registry (account and region) and one for the public
 * registry. Ports are kept, so that addresses in stack outputs stay valid after a restart.
 */
export class Registries {
  private readonly servers = new Map<string, { server: Server; port: number }>();
  private readonly opening = new Map<string, Promise<number>>();
  private handler: RegistryHandler = () => {};
  /** Called whenever a registry gets its address. */
  onOpen: () => void = () => {};

  constructor(
    private readonly config: GatewayConfig,
    private readonly store: Store,
  ) {}

  /** Opens the public registry, the first private one and every private one that had an address before. */
  async open(handler: RegistryHandler): Promise<void> {
    this.handler = handler;
    await this.openAt("public", this.config.ports.publicRegistry, portVariables.publicRegistry, undefined);
    await this.ensurePrivate(this.config.account, this.config.region);
    for (const [[kind, account, region]] of this.store.settingsUnder<number>("port")) {
      if (kind === "private" && account !== undefined && region !== undefined) {
        await this.ensurePrivate(account, region);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map(({ server }) => closeServer(server)));
    this.servers.clear();
  }

  /** Opens a private registry, unless it is already open. */
  async ensurePrivate(account: string, region: string): Promise<void> {
    const key = privateKey(account, region);
    if (this.servers.has(key)) {
      return;
    }
    let opening = this.opening.get(key);
    if (!opening) {
      opening = this.openPrivate(account, region);
      this.opening.set(key, opening);
    }
    try {
      await opening;
    } finally {
      this.opening.delete(key);
    }
  }

  /** `127.0.0.1:<port>` of a private registry that is open. */
  privateHost(account: string, region: string): string {
    return this.hostOf(privateKey(account, region));
  }

  /** `127.0.0.1:<port>` of the public registry. */
  get publicHost(): string {
    return this.hostOf("public");
  }

  /** Every open registry's address, for the health page. */
  addresses(): Record<string, string> {
    return Object.fromEntries([...this.servers].map(([key, { port }]) => [key, `127.0.0.1:${port}`]));
  }

  /** A repository's name for docker: the registry's host, the alias if it is public, the name. */
  repositoryUri(repository: RepositoryRecord): string {
    return repository.kind === "public"
      ? `${this.publicHost}/${publicAlias(repository.account)}/${repository.name}`
      : `${this.privateHost(repository.account, repository.region)}/${repository.name}`;
  }

  /** The public registry of an alias, if its account has been seen. */
  publicRegistryOf(alias: string): RegistryAddress | undefined {
    const account = this.store.setting<string>("alias", alias);
    return account === undefined ? undefined : { kind: "public", account, region: publicApiRegion };
  }

  /** Registers an account's alias; called by the account's first public operation. */
  ensurePublic(account: string): void {
    const alias = publicAlias(account);
    if (this.store.setting<string>("alias", alias) === undefined) {
      this.store.change(() => this.store.putSetting(account, "alias", alias));
    }
  }

  private hostOf(key: string): string {
    const open = this.servers.get(key);
    if (!open) {
      throw new Error(`the registry ${key} has no address`);
    }
    return `127.0.0.1:${open.port}`;
  }

  private async openPrivate(account: string, region: string): Promise<number> {
    const key = privateKey(account, region);
    const address: RegistryAddress = { kind: "private", account, region };
    const first = this.config.ports.privateRegistry;
    const isFirst = account === this.config.account && region === this.config.region;
    const kept = this.store.setting<number>("port", ...key.split(" "));
    if (isFirst || kept !== undefined || first === 0) {
      return this.openAt(key, isFirst ? first : (kept ?? 0), portVariables.privateRegistry, address);
    }
    const reserved = new Set(this.store.settingsUnder<number>("port").map(([, port]) => port));
    for (let port = first + 1; port < first + portsToTry; port++) {
      if (reserved.has(port)) {
        continue;
      }
      try {
        return await this.openAt(key, port, portVariables.privateRegistry, address);
      } catch (error) {
        if (!(error instanceof PortTakenError)) {
          throw error;
        }
      }
    }
    throw new Error(
      `No port between ${first} and ${first + portsToTry} is free for the registry of ${account} in ${region}.`,
    );
  }

  private async openAt(
    key: string,
    wanted: number,
    variable: string,
    address: RegistryAddress | undefined,
  ): Promise<number> {
    const settingKey = ["port", ...key.split(" ")];
    const server = http.createServer((request, response) => this.handler(request, response, address));
    // Layers of many gigabytes take longer than Node's default of five minutes.
    server.requestTimeout = 0;
    const port = await listen(server, wanted || (this.store.setting<number>(...settingKey) ?? 0), variable);
    this.servers.set(key, { server, port });
    if (this.store.setting<number>(...settingKey) !== port) {
      this.store.change(() => this.store.putSetting(port, ...settingKey));
    }
    this.onOpen();
    return port;
  }
}

function privateKey(account: string, region: string): string {
  return `private ${account} ${region}`;
}

/**
 * The default alias of an account's public registry: a letter and seven letters or digits. AWS assigns a random one;
 * here it is derived from the account ID, so that addresses are the same in every sandbox.
 */
export function publicAlias(account: string): string {
  const number = createHash("sha256").update(`ecr-public ${account}`).digest().readUIntBE(0, 6);
  return `s${number.toString(36).padStart(7, "0").slice(-7)}`;
}
