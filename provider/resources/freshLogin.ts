import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import {
  ECRPUBLICClient,
  GetAuthorizationTokenCommand as GetPublicAuthorizationTokenCommand,
} from "@aws-sdk/client-ecr-public";
import { parseEcrHost, publicRegistryHosts } from "../../ecr/names/imageReference";
import { publicRegions } from "../../ecr/names/regions";
import { RegistryLogin } from "../../ecr/registry/registryLogin";

/**
 * New ECR credentials for a registry to replace expired ones: those in a stack's state expire after twelve hours, and a
 * refresh does not renew them. They are requested with the environment's AWS credentials.
 *
 * @returns Undefined without AWS credentials, or when theirs are for another registry: then the refusal stands.
 */
export async function freshLogin(host: string): Promise<RegistryLogin | undefined> {
  const login = await requestLogin(host).catch(() => undefined);
  return login?.refusal(host) === undefined ? login : undefined;
}

async function requestLogin(host: string): Promise<RegistryLogin | undefined> {
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
