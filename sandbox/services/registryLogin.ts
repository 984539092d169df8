import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { healthPath } from "../gateway/config";
import { gatewayAddresses } from "./gatewayProcess";

/** The output of `docker-credential-* get`: the fields of Docker's credential-helper protocol. */
export interface DockerCredentials {
  ServerURL: string;
  Username: string;
  Secret: string;
}

/**
 * Credentials for one of the sandbox's private registries, as the account's root user; AWS itself pulls for ECS and
 * Lambda with an execution role. Undefined for every other registry.
 *
 * @param server The server Docker asks for: `127.0.0.1:4568`, with or without a scheme.
 */
export async function registryLogin(
  server: string,
  home: string,
  secretAccessKey: string,
): Promise<DockerCredentials | undefined> {
  const addresses = gatewayAddresses(home);
  const host = server
    .trim()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "");
  const registry = addresses && (await privateRegistries(addresses.endpoint)).get(host);
  if (addresses === undefined || registry === undefined) return undefined;
  const client = new ECRClient({
    endpoint: addresses.endpoint,
    region: registry.region,
    // A 12-digit access key ID is the account's root user.
    credentials: { accessKeyId: registry.account, secretAccessKey },
  });
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const login = RegistryLogin.ofEcr(authorizationData?.[0] ?? {}).forHost(host);
  return { ServerURL: server.trim(), Username: login.username, Secret: login.password };
}

/** Account and region of each private registry, by host. */
async function privateRegistries(endpoint: string): Promise<Map<string, { account: string; region: string }>> {
  const response = await fetch(`${endpoint}${healthPath}`);
  const { registries } = (await response.json()) as { registries: Record<string, string> };
  return new Map(
    Object.entries(registries).flatMap(([name, host]) => {
      const [, account, region] = /^private (\d{12}) (\S+)$/.exec(name) ?? [];
      return account !== undefined && region !== undefined ? [[host, { account, region }]] : [];
    }),
  );
}
