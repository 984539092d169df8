import * as pulumi from "@pulumi/pulumi";

/** Registry credentials in the provider's format. */
export interface ImageLogin {
  username: pulumi.Input<string>;
  /** Stored as a secret. A different one is not a change. */
  password: pulumi.Input<string>;
}

/** Marks the password as a secret, wherever it comes from. */
export function secretLogin(login: ImageLogin | undefined): ImageLogin | undefined {
  return login && { username: login.username, password: pulumi.secret(login.password) };
}
