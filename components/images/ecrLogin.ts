import * as ecr from "@pulumi/aws/ecr";
import * as ecrpublic from "@pulumi/aws/ecrpublic";
import * as pulumi from "@pulumi/pulumi";
import { type Credentials, RegistryLogin } from "../../ecr/registry/registryLogin";
import { ProgramError } from "../programError";
import { runningProgram } from "../runningProgram";
import type { RegistryCredentials } from "./imageRepository";

/** A private registry in ECR's API. */
export interface PrivateRegistry {
  /** Twelve digits. @default the provider's account */
  registryId?: pulumi.Input<string>;
  /** @default the provider's region */
  region?: pulumi.Input<string>;
}

/**
 * The credentials for images at an address in a private registry. Fails when the address is not in that registry,
 * because the token would be sent to whoever answers there.
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
      fetchTokenOnce(["private", registryId, region], opts, () =>
        ecr.getAuthorizationToken({ registryId, region }, opts),
      ),
    );
  const login = pulumi
    .all([token, address])
    .apply(([answer, known]) => credentialsFor(known, RegistryLogin.ofEcr(answer)));
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
      fetchTokenOnce(["public", name], opts, () => ecrpublic.getAuthorizationToken({ region: name }, opts)),
    );
  const login = pulumi
    .all([token, address])
    .apply(([answer, known]) => credentialsFor(known, RegistryLogin.ofEcrPublic(answer)));
  return registryCredentials(address.apply(hostOfAddress), login);
}

/** Why an address does not get a private registry's credentials; undefined when it does. */
export async function privateLoginRefusal(
  registry: { registryId: string; region: string },
  address: string,
): Promise<string | undefined> {
  return RegistryLogin.ofEcr(await ecr.getAuthorizationToken(registry)).refusal(hostOfAddress(address));
}

/** Tokens fetched in this run, by the provider used and the registry. */
const tokens = new WeakMap<object, Map<string, Promise<unknown>>>();
const anyProvider = {};

/** A registry's token is valid for all of its repositories, so it is fetched once. @returns A secret. */
function fetchTokenOnce<Token>(
  registry: readonly (string | undefined)[],
  opts: pulumi.InvokeOptions | undefined,
  ask: () => Promise<Token>,
): pulumi.Output<Token> {
  const program = runningProgram() ?? anyProvider;
  const provider = opts?.provider ?? opts?.parent?.getProvider("aws:index:Provider") ?? program;
  const registryTokens = tokens.get(provider) ?? new Map<string, Promise<unknown>>();
  tokens.set(provider, registryTokens);
  const key = registry.join(" ");
  const token = (registryTokens.get(key) ?? ask()) as Promise<Token>;
  registryTokens.set(key, token);
  return pulumi.secret(token) as pulumi.Output<unknown> as pulumi.Output<Token>;
}

function registryCredentials(server: pulumi.Output<string>, login: pulumi.Output<Credentials>): RegistryCredentials {
  return {
    server,
    username: login.apply(({ username }) => username),
    password: pulumi.secret(login.apply(({ password }) => password)),
  };
}

function credentialsFor(address: string, login: RegistryLogin): Credentials {
  const host = hostOfAddress(address);
  const refusal = login.refusal(host);
  if (refusal !== undefined) throw new ProgramError(`${address}: ${refusal}.`);
  return login.forHost(host);
}

/** The host of `<host>/<repository>`. */
export function hostOfAddress(address: string): string {
  return address.split("/", 1).join("");
}
