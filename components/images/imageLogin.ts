import * as pulumi from "@pulumi/pulumi";

/** Login for a registry, as the provider takes it. */
export interface ImageLogin {
  username: pulumi.Input<string>;
  /** Kept as a secret. Another one is no change. */
  password: pulumi.Input<string>;
}

/** A login with its password marked as a secret, whoever wrote it. */
export function secretLogin(login: ImageLogin | undefined): ImageLogin | undefined {
  return login && { username: login.username, password: pulumi.secret(login.password) };
}
