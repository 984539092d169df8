import type { GetAuthorizationTokenRequest } from "@aws-sdk/client-ecr";
import type { Operation } from "../context";

/** ECR returns a list with one entry for each requested registry, even for a single one. */
export const getPrivateAuthorizationToken: Operation<GetAuthorizationTokenRequest> = async (context, caller, input) => {
  const accounts = input.registryIds ?? [caller.account];
  const authorizationData = [];
  for (const account of accounts) {
    await context.registries.ensurePrivate(account, caller.region);
    const { password, expiresAt } = context.tokens.issue("private", caller.principal);
    authorizationData.push({
      authorizationToken: basicPair(password),
      expiresAt: new Date(expiresAt),
      proxyEndpoint: `http://${context.registries.privateHost(account, caller.region)}`,
    });
  }
  return { authorizationData };
};

/** ECR Public returns an object without an endpoint. */
export const getPublicAuthorizationToken: Operation<object> = (context, caller) => {
  const { password, expiresAt } = context.tokens.issue("public", caller.principal);
  return { authorizationData: { authorizationToken: basicPair(password), expiresAt: new Date(expiresAt) } };
};

function basicPair(password: string): string {
  return Buffer.from(`AWS:${password}`).toString("base64");
}
