import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { parseEcrHost, publicRegistryHosts } from "../../ecr/imageReference";
import { publicRegions } from "../../ecr/regions";
import { RegistryLogin } from "../../ecr/registryLogin";

/**
 * ECR's login for a registry in the place of one that has expired: after twelve hours the one in a stack's state has, and a
 * refresh brings no other. It is asked for with the AWS credentials of the environment.
 *
 * @returns Undefined when there are no credentials, or none that belong to this registry: then the refusal stays.
 */
export async function freshLogin(host: string): Promise<RegistryLogin | undefined> {
  const login = await askAws(host).catch(() => undefined);
  return login?.refusal(host) === undefined ? login : undefined;
}

async function askAws(host: string): Promise<RegistryLogin | undefined> {
  if (publicRegistryHosts.some((each) => each === host)) {
    const client = new ECRPUBLICClient({ region: publicRegions[0] });
    const { authorizationData } = await client.send(new GetPublicAuthorizationTokenCommand({}));
    return authorizationData && RegistryLogin.ofEcrPublic(authorizationData);
  }
  const registry = parseEcrHost(host);
  const client = new ECRClient({ ...(registry !== undefined && { region: registry.region }) });
  const registryIds = registry && [registry.account];
  const { authorizationData: [data] = [] } = await client.send(new GetAuthorizationTokenCommand({ registryIds }));
  return data && RegistryLogin.ofEcr(data);
}
