import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Credentials, RegistryLogin } from "../../ecr/registryLogin";
import { ProgramError } from "../programError";
import type { RegistryCredentials } from "./imageRepository";

/** A private registry, as ECR's API names it. */
export interface PrivateRegistry {
  /** Twelve digits. @default the provider's account */
  registryId?: pulumi.Input<string>;
  /** @default the provider's region */
  region?: pulumi.Input<string>;
}

/**
 * The login for images at an address in a private registry. It fails when the address is not in that registry: the token
 * would go to whoever answers there.
 *
 * @param address `<host>/<repository>`, with or without a tag or digest
 */
export function privateCredentials(
  registry: PrivateRegistry,
  address: pulumi.Input<string>,
  opts?: pulumi.InvokeOptions,
): RegistryCredentials {
  const token = pulumi
    .all([registry.registryId, registry.region])
    .apply(([registryId, region]) =>
      askOnce(["private", registryId, region], opts, () => aws.ecr.getAuthorizationToken({ registryId, region }, opts)),
    );
  const login = pulumi.all([token, address]).apply(([answer, place]) => loginAt(place, RegistryLogin.ofEcr(answer)));
  return registryCredentials(token.proxyEndpoint, login);
}

/** The same for an address in the public registry. */
export function publicCredentials(
  region: pulumi.Input<string>,
  address: pulumi.Output<string>,
  opts?: pulumi.InvokeOptions,
): RegistryCredentials {
  const token = pulumi
    .output(region)
    .apply((name) =>
      askOnce(["public", name], opts, () => aws.ecrpublic.getAuthorizationToken({ region: name }, opts)),
    );
  const login = pulumi
    .all([token, address])
    .apply(([answer, place]) => loginAt(place, RegistryLogin.ofEcrPublic(answer)));
  return registryCredentials(address.apply(hostIn), login);
}

/** Why an address does not get the login of a private registry; undefined for one that does. */
export async function privateLoginRefusal(
  registry: { registryId: string; region: string },
  address: string,
): Promise<string | undefined> {
  return RegistryLogin.ofEcr(await aws.ecr.getAuthorizationToken(registry)).refusal(hostIn(address));
}

/** Tokens of this run, by who asks (the provider that they are asked with) and for what. */
const tokens = new WeakMap<object, Map<string, Promise<unknown>>>();
const anyProvider = {};

/** A registry's token is good for all of its repositories: forty of them need one. @returns A secret. */
function askOnce<Token>(
  registry: readonly (string | undefined)[],
  opts: pulumi.InvokeOptions | undefined,
  ask: () => Promise<Token>,
): pulumi.Output<Token> {
  const program = pulumi.runtime.getMonitor() ?? anyProvider;
  const provider = opts?.provider ?? opts?.parent?.getProvider("aws:index:Provider") ?? program;
  const asked = tokens.get(provider) ?? new Map<string, Promise<unknown>>();
  tokens.set(provider, asked);
  const key = registry.join(" ");
  const token = (asked.get(key) ?? ask()) as Promise<Token>;
  asked.set(key, token);
  return pulumi.secret(token) as pulumi.Output<unknown> as pulumi.Output<Token>;
}

function registryCredentials(server: pulumi.Output<string>, login: pulumi.Output<Credentials>): RegistryCredentials {
  return {
    server,
    username: login.apply(({ username }) => username),
    password: pulumi.secret(login.apply(({ password }) => password)),
  };
}

function loginAt(address: string, login: RegistryLogin): Credentials {
  const host = hostIn(address);
  const refusal = login.refusal(host);
  if (refusal !== undefined) throw new ProgramError(`${address}: ${refusal}.`);
  return login.forHost(host);
}

/** The host of `<host>/<repository>`. */
export function hostIn(address: string): string {
  return address.split("/", 1).join("");
}
