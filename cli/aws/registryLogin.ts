import { type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { RegistryLogin } from "../../ecr/registry/registryLogin";

/**
 * Credentials for a private registry in the client's region, as from `aws ecr get-login-password`.
 *
 * @param registryId The registry's account. Undefined: that of the credentials.
 */
export async function registryLogin(ecr: ECRClient, registryId: string | undefined): Promise<RegistryLogin> {
  const registryIds = registryId === undefined ? undefined : [registryId];
  const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({ registryIds }));
  return RegistryLogin.ofEcr(data ?? {});
}
