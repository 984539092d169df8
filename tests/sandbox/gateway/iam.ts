import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { account as homeAccount, region, type TestSandbox } from "./harness";
import { RegistryClient } from "./registryClient";

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface Statement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export function policyText(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Identities of one account in a sandbox's IAM. */
export class TestIam {
  readonly iam: IAMClient;

  constructor(
    private readonly sandbox: TestSandbox,
    readonly account = homeAccount,
  ) {
    this.iam = new IAMClient(this.rootOptions());
  }

  rootOptions() {
    return this.sandbox.clientOptions(region, this.account === homeAccount ? {} : { account: this.account });
  }

  async user(UserName: string, ...statements: Statement[]): Promise<Keys> {
    await this.iam.send(new CreateUserCommand({ UserName }));
    await this.allowUser(UserName, ...statements);
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  }

  /** Replaces the user's policy. */
  async allowUser(UserName: string, ...statements: Statement[]): Promise<void> {
    if (statements.length > 0) {
      const PolicyDocument = policyText(...statements);
      await this.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
    }
  }

  async role(RoleName: string, ...statements: Statement[]): Promise<string> {
    const AssumeRolePolicyDocument = policyText({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${this.account}:root` },
      Action: "sts:AssumeRole",
    });
    const { Role } = await this.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await this.allowRole(RoleName, ...statements);
    return Role?.Arn ?? "";
  }

  /** Replaces the role's policy. */
  async allowRole(RoleName: string, ...statements: Statement[]): Promise<void> {
    const PolicyDocument = policyText(...statements);
    await this.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument }));
  }

  async assume(RoleArn: string, Policy?: string): Promise<Keys> {
    const sts = new STSClient(this.rootOptions());
    const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test", Policy }));
    return {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    };
  }
}

/** An ECR client with an identity's keys. */
export function ecrAs(sandbox: TestSandbox, keys: Keys, at = region): ECRClient {
  return new ECRClient({ ...sandbox.clientOptions(at), credentials: keys });
}

/** A private registry's client with an identity's login. */
export async function registryAs(sandbox: TestSandbox, keys: Keys, registryId = homeAccount): Promise<RegistryClient> {
  const { authorizationData } = await ecrAs(sandbox, keys).send(
    new GetAuthorizationTokenCommand({ registryIds: [registryId] }),
  );
  const { authorizationToken, proxyEndpoint = "" } = authorizationData?.[0] ?? {};
  return new RegistryClient(new URL(proxyEndpoint).host, `Basic ${authorizationToken}`);
}
