import type { IAMClient } from "@aws-sdk/client-iam";
import { type PolicyDocument, readAccessPolicy } from "../../../ecr/accessPolicy";
import type { MinistackClient } from "../ministackClient";
import type { IdentityPolicies } from "./evaluation";
import type { Principal, RolePrincipal, UserPrincipal } from "./principal";

/** What IAM holds about an identity, read anew for each decision: who loses a right loses it at once. */
export interface Identity {
  policies: IdentityPolicies | undefined;
  /** Of the user or role. */
  id?: string;
  /** Of a session's role. */
  roleArn?: string;
  tags: Record<string, string>;
}

/** What a user, a group or a role carries. */
interface Carried {
  inline: string[];
  attached: string[];
}

/** Reads identities and their policies from MiniStack's IAM. */
export class IdentityStore {
  constructor(private readonly ministack: MinistackClient) {}

  /** The user that an access key belongs to; `undefined` when the account has no such key. */
  userOfAccessKey(accessKeyId: string, account: string): Promise<UserPrincipal | undefined> {
    return this.ask(account, async (iam, sdk) => {
      const used = await orAbsent(iam.send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })));
      const { User } =
        (used?.UserName && (await orAbsent(iam.send(new sdk.GetUserCommand({ UserName: used.UserName }))))) || {};
      return User?.Arn && User.UserName ? { kind: "user", account, userName: User.UserName, arn: User.Arn } : undefined;
    });
  }

  /** The principals that a policy names as users or roles and that their accounts do not have. */
  async missingPrincipals(policy: PolicyDocument): Promise<string[]> {
    const named = policy.Statement.flatMap(({ Principal, NotPrincipal }) => [Principal, NotPrincipal]).flatMap(
      (principal) => (typeof principal === "object" ? (principal["AWS"] ?? []) : []),
    );
    const missing = await Promise.all(
      [...new Set(named)].map(async (arn) => ((await this.isMissing(arn)) ? [arn] : [])),
    );
    return missing.flat();
  }

  private async isMissing(arn: string): Promise<boolean> {
    const [, account, kind, name] = /^arn:[^:]+:iam::(\d{12}):(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
    if (account === undefined || name === undefined) return false;
    return this.ask(account, async (iam, sdk) => {
      const found =
        kind === "user"
          ? (await orAbsent(iam.send(new sdk.GetUserCommand({ UserName: name }))))?.User
          : (await orAbsent(iam.send(new sdk.GetRoleCommand({ RoleName: name }))))?.Role;
      return found?.Arn !== arn;
    });
  }

  /** Everything that decides about an identity. One that was deleted since has no policies, so it may nothing. */
  async identityOf(principal: Principal): Promise<Identity> {
    if (principal.kind === "root") {
      return { policies: undefined, tags: {} };
    }
    return this.ask(principal.account, async (iam, sdk) => {
      const reader = new PolicyReader(iam, sdk);
      const found = principal.kind === "user" ? await reader.user(principal) : await reader.role(principal);
      const { session } = principal;
      const limits: IdentityPolicies["limits"] = [];
      if (found.boundary !== undefined) {
        limits.push({ name: "permissions boundary", policies: await reader.managed([found.boundary]) });
      }
      if (session && session.policies.length + session.policyArns.length > 0) {
        const policies = [...documents(session.policies), ...(await reader.managed(session.policyArns))];
        limits.push({ name: "session policy", policies });
      }
      return {
        policies: { identity: found.policies, limits },
        id: found.id,
        roleArn: found.roleArn,
        tags: { ...found.tags, ...session?.tags },
      };
    });
  }

  private async ask<T>(account: string, work: (iam: IAMClient, sdk: Sdk) => Promise<T>): Promise<T> {
    // Loaded when needed: most sandboxes have no identity but the root's.
    const sdk = await import("@aws-sdk/client-iam");
    return this.ministack.withClient(new sdk.IAMClient(this.ministack.clientOptions(account, "us-east-1")), (iam) =>
      work(iam, sdk),
    );
  }
}

type Sdk = typeof import("@aws-sdk/client-iam");

interface FoundIdentity {
  id?: string;
  roleArn?: string;
  boundary?: string;
  tags: Record<string, string>;
  policies: PolicyDocument[];
}

class PolicyReader {
  constructor(
    private readonly iam: IAMClient,
    private readonly sdk: Sdk,
  ) {}

  async user({ userName: UserName }: UserPrincipal): Promise<FoundIdentity> {
    const { iam, sdk } = this;
    const { User } = (await orAbsent(iam.send(new sdk.GetUserCommand({ UserName })))) ?? {};
    if (UserName === "" || !User) {
      return { tags: {}, policies: [] };
    }
    const [own, groups] = await Promise.all([
      this.carried(
        () => iam.send(new sdk.ListUserPoliciesCommand({ UserName })),
        (PolicyName) => iam.send(new sdk.GetUserPolicyCommand({ UserName, PolicyName })),
        () => iam.send(new sdk.ListAttachedUserPoliciesCommand({ UserName })),
      ),
      iam.send(new sdk.ListGroupsForUserCommand({ UserName })),
    ]);
    const ofGroups = await Promise.all((groups.Groups ?? []).map(({ GroupName }) => this.group(GroupName)));
    return {
      id: User.UserId,
      boundary: User.PermissionsBoundary?.PermissionsBoundaryArn,
      tags: tagRecord(User.Tags),
      policies: await this.documentsOf([own, ...ofGroups]),
    };
  }

  async role({ roleName: RoleName }: RolePrincipal): Promise<FoundIdentity> {
    const { iam, sdk } = this;
    const { Role } = (await orAbsent(iam.send(new sdk.GetRoleCommand({ RoleName })))) ?? {};
    if (!Role) {
      return { tags: {}, policies: [] };
    }
    const own = await this.carried(
      () => iam.send(new sdk.ListRolePoliciesCommand({ RoleName })),
      (PolicyName) => iam.send(new sdk.GetRolePolicyCommand({ RoleName, PolicyName })),
      () => iam.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName })),
    );
    return {
      id: Role.RoleId,
      roleArn: Role.Arn,
      boundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
      tags: tagRecord(Role.Tags),
      policies: await this.documentsOf([own]),
    };
  }

  /** The documents of managed policies; one that cannot be read allows nothing. */
  async managed(arns: readonly string[]): Promise<PolicyDocument[]> {
    const { iam, sdk } = this;
    const texts = await Promise.all(
      arns.map(async (PolicyArn) => {
        const { Policy } = (await orAbsent(iam.send(new sdk.GetPolicyCommand({ PolicyArn })))) ?? {};
        const VersionId = Policy?.DefaultVersionId;
        const version =
          VersionId && (await orAbsent(iam.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId }))));
        return version ? (version.PolicyVersion?.Document ?? "") : "";
      }),
    );
    return documents(texts.map(decodeURIComponent));
  }

  private group(GroupName = ""): Promise<Carried> {
    const { iam, sdk } = this;
    return this.carried(
      () => iam.send(new sdk.ListGroupPoliciesCommand({ GroupName })),
      (PolicyName) => iam.send(new sdk.GetGroupPolicyCommand({ GroupName, PolicyName })),
      () => iam.send(new sdk.ListAttachedGroupPoliciesCommand({ GroupName })),
    );
  }

  private async carried(
    listInline: () => Promise<{ PolicyNames?: string[] }>,
    getInline: (name: string) => Promise<{ PolicyDocument?: string }>,
    listAttached: () => Promise<{ AttachedPolicies?: { PolicyArn?: string }[] }>,
  ): Promise<Carried> {
    const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([listInline(), listAttached()]);
    const inline = await Promise.all(
      PolicyNames.map(async (name) => decodeURIComponent((await orAbsent(getInline(name)))?.PolicyDocument ?? "")),
    );
    return { inline, attached: AttachedPolicies.map(({ PolicyArn = "" }) => PolicyArn) };
  }

  private async documentsOf(carried: Carried[]): Promise<PolicyDocument[]> {
    return [
      ...documents(carried.flatMap(({ inline }) => inline)),
      ...(await this.managed([...new Set(carried.flatMap(({ attached }) => attached))])),
    ];
  }
}

function documents(texts: readonly string[]): PolicyDocument[] {
  return texts.flatMap((text) => readAccessPolicy(text) ?? []);
}

function tagRecord(tags: { Key?: string; Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** The answer, or `undefined` when IAM has no such thing. */
async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /^NoSuchEntity/.test(error.name)) {
      return undefined;
    }
    throw error;
  }
}
