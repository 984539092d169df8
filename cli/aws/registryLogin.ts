import { type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";

export interface RegistryLogin {
  username: string;
  /** A secret, for 12 hours. */
  password: string;
}

/** A login for the private registries of the client's region, as `aws ecr get-login-password` gives it. */
export async function registryLogin(ecr: ECRClient): Promise<RegistryLogin> {
  const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  // `<user>:<password>` in base64 (ECR API, AuthorizationData: authorizationToken).
  const [username = "", password = ""] = Buffer.from(data?.authorizationToken ?? "", "base64")
    .toString()
    .split(":");
  return { username, password };
}
