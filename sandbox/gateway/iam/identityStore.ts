import type { IAMClient } from "@aws-sdk/client-iam";
import { type PolicyDocument, readAccessPolicy } from "../../../ecr/accessPolicy";
import type { MinistackClient } from "../ministack/ministackClient";
import type { Principal, RolePrincipal, UserPrincipal } from "../state/principal";
import type { IdentityPolicies } from "./policyEvaluation";

/** An identity's IAM data. It is read for each decision, so that a revoked permission takes effect at once. */
export interface Identity {
  policies: IdentityPolicies | undefined;
  /** ID of the user or role. */
  id?: string;
  /** ARN of a session's role. */
  roleArn?: string;
  tags: Record<string, string>;
}

/** The policies attached to a user, a group, or a role. */
interface EntityPolicies {
  inline: string[];
  attached: string[];
}

/** Reads identities and their policies from MiniStack's IAM. */
export class IdentityStore {
  constructor(private readonly ministack: MinistackClient) {}

  /** The user an access key belongs to; `undefined` when the account has no such key. */
  userOfAccessKey(accessKeyId: string, account: string): Promise<UserPrincipal | undefined> {
    return this.ask(account, async (iam, sdk) => {
      const used = await undefinedIfMissing(
        iam.send(new sdk.GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })),
      );
      const { User } =
        (used?.UserName && (await undefinedIfMissing(iam.send(new sdk.GetUserCommand({ UserName: used.UserName }))))) ||
        {};
      return User?.Arn && User.UserName ? { kind: "user", account, userName: User.UserName, arn: User.Arn } : undefined;
    });
  }

  /** The users and roles in a policy that do not exist in their accounts. */
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
          ? (await undefinedIfMissing(iam.send(new sdk.GetUserCommand({ UserName: name }))))?.User
          : (await undefinedIfMissing(iam.send(new sdk.GetRoleCommand({ RoleName: name }))))?.Role;
      return found?.Arn !== arn;
    });
  }

  /** Everything needed to authorize an identity. A deleted one has no policies, so it is denied everything. */
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
    // Loaded on demand: most sandboxes have no identity besides root.
    const sdk = await import("@aws-sdk/client-iam");
    return this.ministack.withClient(new sdk.IAMClient(this.ministack.clientOptions(account, "us-east-1")), (iam) =>
      work(iam, sdk),
    );
  }
}

type Sdk = typeof import("@aws-sdk/client-iam");

interface IamIdentity {
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

  async user({ userName: UserName }: UserPrincipal): Promise<IamIdentity> {
    const { iam, sdk } = this;
    const { User } = (await undefinedIfMissing(iam.send(new sdk.GetUserCommand({ UserName })))) ?? {};
    if (UserName === "" || !User) {
      return { tags: {}, policies: [] };
    }
    const [own, groups] = await Promise.all([
      this.entityPolicies(
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

  async role({ roleName: RoleName }: RolePrincipal): Promise<IamIdentity> {
    const { iam, sdk } = this;
    const { Role } = (await undefinedIfMissing(iam.send(new sdk.GetRoleCommand({ RoleName })))) ?? {};
    if (!Role) {
      return { tags: {}, policies: [] };
    }
    const own = await this.entityPolicies(
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
        const { Policy } = (await undefinedIfMissing(iam.send(new sdk.GetPolicyCommand({ PolicyArn })))) ?? {};
        const VersionId = Policy?.DefaultVersionId;
        const version =
          VersionId && (await undefinedIfMissing(iam.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId }))));
        return version ? (version.PolicyVersion?.Document ?? "") : "";
      }),
    );
    return documents(texts.map(decodeURIComponent));
  }

  private group(GroupName = ""): Promise<EntityPolicies> {
    const { iam, sdk } = this;
    return this.entityPolicies(
      () => iam.send(new sdk.ListGroupPoliciesCommand({ GroupName })),
      (PolicyName) => iam.send(new sdk.GetGroupPolicyCommand({ GroupName, PolicyName })),
      () => iam.send(new sdk.ListAttachedGroupPoliciesCommand({ GroupName })),
    );
  }

  private async entityPolicies(
    listInline: () => Promise<{ PolicyNames?: string[] }>,
    getInline: (name: string) => Promise<{ PolicyDocument?: string }>,
    listAttached: () => Promise<{ AttachedPolicies?: { PolicyArn?: string }[] }>,
  ): Promise<EntityPolicies> {
    const [{ PolicyNames = [] }, { AttachedPolicies = [] }] = await Promise.all([listInline(), listAttached()]);
    const inline = await Promise.all(
      PolicyNames.map(async (name) =>
        decodeURIComponent((await undefinedIfMissing(getInline(name)))?.PolicyDocument ?? ""),
      ),
    );
    return { inline, attached: AttachedPolicies.map(({ PolicyArn = "" }) => PolicyArn) };
  }

  private async documentsOf(carried: EntityPolicies[]): Promise<PolicyDocument[]> {
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

/** The response, or `undefined` when IAM does not have the entity. */
async function undefinedIfMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && /^NoSuchEntity/.test(error.name)) {
      return undefined;
    }
    throw error;
  }
}
