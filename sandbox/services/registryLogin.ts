import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { RegistryLogin } from "../../ecr/registryLogin";
import { healthPath } from "../gateway/config";
import { gatewayAddresses } from "./gatewayProcess";

/** What `docker-credential-* get` prints: the fields of Docker's credential-helper protocol. */
export interface DockerCredentials {
  ServerURL: string;
  Username: string;
  Secret: string;
}

/**
 * A login for a private registry of the sandbox, as the root of its account: in place of the execution role with which AWS
 * itself pulls for ECS and Lambda. Undefined for every other registry.
 *
 * @param server What Docker asks for: `127.0.0.1:4568`, with or without a scheme.
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
    // 12 digits stand for the account's root.
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
