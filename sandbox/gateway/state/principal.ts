/** The caller's identity in IAM. Stored with tokens, so it is plain data. */
export type Principal = RootPrincipal | UserPrincipal | RolePrincipal;

export interface RootPrincipal {
  kind: "root";
  account: string;
}

/** An IAM user, or a session of one (GetSessionToken, GetFederationToken). */
export interface UserPrincipal {
  kind: "user";
  account: string;
  userName: string;
  /** ARN of the user, or `arn:aws:sts::…:federated-user/…`. */
  arn: string;
  session?: SessionLimits;
}

/** A session of a role. */
export interface RolePrincipal {
  kind: "role";
  account: string;
  roleName: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  arn: string;
  session?: SessionLimits;
}

/** The session policies that restrict a session. */
export interface SessionLimits {
  /** Policy documents as JSON strings. */
  policies: string[];
  policyArns: string[];
  tags: Record<string, string>;
}

/** A principal's ARN, for messages. */
export function principalArn(principal: Principal): string {
  return principal.kind === "root" ? `arn:aws:iam::${principal.account}:root` : principal.arn;
}
