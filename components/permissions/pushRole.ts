import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { iamRoleFaults, pushRoleArnFaults } from "../../ecr/permissions/iamRoles";
import {
  type GitHubWorkflows,
  type GitLabPipelines,
  githubAudience,
  githubFaults,
  githubIssuer,
  githubSubjects,
  githubWorkflowRefs,
  gitlabFaults,
  gitlabIssuer,
  gitlabSubjects,
  issuerFaults,
  oidcTrustPolicy,
  providerArnFaults,
  trustPolicyFaults,
} from "../../ecr/workloadIdentity";
import { InputChecks, isPlain } from "../inputChecks";
import { aliasNames, createdOutputs, deleteBeforeReplaceOptions, withChildAliases } from "../resourceOptions";
import { type Transform, transformed } from "../transform";
import { pushPolicy, pushPolicyFaults } from "./pushPolicy";
import { arnOf, type RepositoryReference } from "./repositoryReference";

/** Who assumes the role, and where it pushes to. */
export interface PushRoleArgs {
  /**
   * Where it pushes to: private and public repositories, as components or ARNs. At least one; nothing else is allowed,
   * and no wildcards.
   */
  repositories: readonly RepositoryReference[];
  /** Workflows of GitHub Actions that assume the role. Either these or `gitlab`. @default none */
  github?: readonly GitHubWorkflows[];
  /** Pipelines of GitLab that assume the role. Either these or `github`. @default none */
  gitlab?: readonly GitLabPipelines[];
  /**
   * ARN of the identity provider in IAM. An account has one for each issuer. Either this or `createProvider`.
   * @default none
   */
  providerArn?: pulumi.Input<string>;
  /** Creates the identity provider. Only one program of an account can. @default false */
  createProvider?: boolean;
  /**
   * Issuer of the tokens: their `iss` claim.
   * @default "https://token.actions.githubusercontent.com" for `github`, "https://gitlab.com" for `gitlab`
   */
  issuer?: string;
  /**
   * Audience of the tokens: their `aud` claim.
   * @default "sts.amazonaws.com" for `github`, the issuer for `gitlab`
   */
  audience?: string;
  /** Whether the role can pull from the private repositories too, for example for a build cache. @default false */
  pull?: boolean;
  /** Name of the role: 1 to 64 characters. @default the component's name with seven digits after it */
  roleName?: string;
  /** Path of the role: begins and ends with `/`. @default "/" */
  path?: string;
  /** Maximum session duration in seconds: 3,600 to 43,200. @default 3600 */
  maxSessionDuration?: number;
  /** ARN of a managed policy that is the role's permissions boundary. @default none */
  permissionsBoundary?: pulumi.Input<string>;
  /** Tags of the role and of a created provider. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * Transforms of single resources, for properties without an argument: `{ role: (args, opts) => … }`.
   * @default none
   */
  transform?: PushRoleTransforms;
}

/** The resources of a push role. What it can do and who can assume it have arguments and cannot be changed here. */
export interface PushRoleTransforms {
  /** Not `assumeRolePolicy`. @default none */
  role?: Transform<iam.RoleArgs>;
  /** Not `url` and `clientIdLists`. @default none */
  provider?: Transform<iam.OpenIdConnectProviderArgs>;
}

/**
 * An IAM role that a CI system assumes with its own short-lived tokens (OpenID Connect), without a stored access key.
 * It can push images to the named repositories and nothing more.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const role = new PushRole("release", {
 *   repositories: [petclinic],
 *   github: [{ repository: "octo-org/petclinic", branches: ["main"], tags: ["v*"] }],
 *   createProvider: true,
 * });
 * export const roleToAssume = role.roleArn;
 */
export class PushRole extends pulumi.ComponentResource {
  /** ARN of the role, which a workflow uses as `role-to-assume`. */
  readonly roleArn: pulumi.Output<string>;
  /** Name in IAM. */
  readonly roleName: pulumi.Output<string>;
  /** The identity provider that the role trusts. */
  readonly providerArn: pulumi.Output<string>;
  /** The underlying resource. */
  readonly role: iam.Role;
  /** The identity provider, when one was created. */
  readonly provider: iam.OpenIdConnectProvider | undefined;

  constructor(name: string, args: PushRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PushRole ${JSON.stringify(name)}`);
    const { issuer, trust, providerArn, permissionsBoundary } = readSettings(args, checks);
    checks.refuse();
    super("ecr:index:PushRole", name, {}, withChildAliases(name, opts));
    const child = { parent: this };
    const { tags } = args;
    this.provider = args.createProvider
      ? new iam.OpenIdConnectProvider(
          ...transformed<iam.OpenIdConnectProviderArgs>(checks.subject, args.transform?.provider, {
            key: "provider",
            name: providerName(name, issuer, opts),
            args: { url: issuer, clientIdLists: [trust.audience], tags },
            opts: {
              ...{ ...child, ...deleteBeforeReplaceOptions },
              aliases: [name, ...aliasNames(opts)].map((former) => ({ name: former })),
            },
            fixed: ["url", "clientIdLists"],
          }),
        )
      : undefined;
    this.providerArn = this.provider
      ? createdOutputs(this.provider, { arn: this.provider.arn }).arn
      : pulumi.output(providerArn ?? "");
    this.role = new iam.Role(
      ...transformed<iam.RoleArgs>(checks.subject, args.transform?.role, {
        key: "role",
        name,
        args: {
          name: args.roleName,
          path: args.path ?? "/",
          description: `Pushes images from ${issuer.replace(/^https:\/\//, "")}`,
          assumeRolePolicy: this.providerArn.apply((arn) =>
            JSON.stringify(oidcTrustPolicy({ providerArn: arn, ...trust })),
          ),
          maxSessionDuration: args.maxSessionDuration ?? 3_600,
          permissionsBoundary,
          tags,
        },
        opts: child,
        fixed: ["assumeRolePolicy"],
      }),
    );
    new iam.RolePolicy(
      name,
      { name: "push", role: this.role.name, policy: pushPolicy(args.repositories, { pull: args.pull }) },
      { ...child, ...deleteBeforeReplaceOptions },
    );
    const { arn, name: roleName } = this.role;
    ({ roleArn: this.roleArn, roleName: this.roleName } = createdOutputs(this.role, { roleArn: arn, roleName }));
    this.registerOutputs({ roleArn: this.roleArn, roleName: this.roleName, providerArn: this.providerArn });
  }
}

/**
 * An account has one provider for each issuer, whichever role creates it. It is named after the issuer, so that it
 * stays when the role is renamed or another role creates it. A component with its own AWS provider may be in a
 * different account than the next one, so there it is named after the role.
 */
function providerName(name: string, issuer: string, opts: pulumi.ComponentResourceOptions | undefined): string {
  const isElsewhere = opts?.provider !== undefined || opts?.providers !== undefined || opts?.parent !== undefined;
  return isElsewhere ? name : issuer.replace(/^https:\/\//, "");
}

/**
 * Faults of a PushRole with this name and these arguments, as far as they are known; empty when there are none.
 *
 * @param region The AWS provider's, which determines the role's partition. Omitted: ARNs are compared with one another.
 * @example
 * const faults = pushRoleFaults("release", { repositories: [petclinic], createProvider: true }); // no one to assume it
 */
export function pushRoleFaults(name: string, args: PushRoleArgs, region?: string): Fault[] {
  const checks = new InputChecks(name);
  readSettings(args, checks, region);
  return checks.faults;
}

/** The arguments with their defaults; what IAM would refuse, or what would let others in, is added to `checks`. */
function readSettings(given: PushRoleArgs, checks: InputChecks, region?: string) {
  const args = checks.typed(given, {
    repositories: "list",
    github: "list",
    gitlab: "list",
    createProvider: "boolean",
    pull: "boolean",
    maxSessionDuration: "number",
  });
  const { github, gitlab, createProvider } = args;
  if ((github === undefined) === (gitlab === undefined)) {
    checks.add([
      {
        path: "github",
        value: github,
        rule: "exactly one CI system must assume the role: GitHub Actions or GitLab.",
        fix: "write github or gitlab, and make one role for each.",
      },
    ]);
  }
  const issuer = args.issuer ?? (github || !gitlab ? githubIssuer : gitlabIssuer);
  const audience = args.audience ?? (github || !gitlab ? githubAudience : issuer);
  checks.add(issuerFaults(issuer, "issuer"));
  if (audience === "") {
    checks.add([
      { path: "audience", value: audience, rule: "must not be empty.", fix: "write the token's aud claim." },
    ]);
  }
  const trust = { audience, ...readSubjects(args, issuer, checks) };
  const placeholder = `arn:aws:iam::123456789012:oidc-provider/${issuer.replace(/^https:\/\//, "")}`;
  checks.add(trustPolicyFaults({ providerArn: placeholder, ...trust }, gitlab ? "gitlab" : "github"));

  if ((args.providerArn === undefined) !== (createProvider === true)) {
    checks.add([
      {
        path: "providerArn",
        value: args.providerArn === undefined ? undefined : "(given)",
        rule: "the identity provider must either exist or be created.",
        fix: "write either providerArn or createProvider: true.",
      },
    ]);
  }
  const providerArn =
    args.providerArn === undefined
      ? undefined
      : checks.input(args.providerArn, (arn) => providerArnFaults(arn, "providerArn", issuer));
  checks.add(pushPolicyFaults(args.repositories ?? [], { pull: args.pull }));
  const { roleName, path, maxSessionDuration } = args;
  checks.add(iamRoleFaults({ roleName, path, maxSessionDuration }));
  const permissionsBoundary =
    args.permissionsBoundary === undefined
      ? undefined
      : checks.input(args.permissionsBoundary, (arn) => iamRoleFaults({ permissionsBoundary: arn }));
  const plain = <T>(value: pulumi.Input<T>) => (isPlain(value) ? value : undefined);
  checks.add(
    pushRoleArnFaults(
      {
        providerArn: plain(args.providerArn),
        permissionsBoundary: plain(args.permissionsBoundary),
        repositories: (args.repositories ?? []).map((each) => plain(arnOf(each))),
      },
      region,
    ),
  );
  return { issuer, trust, providerArn, permissionsBoundary };
}

function readSubjects(args: PushRoleArgs, issuer: string, checks: InputChecks) {
  const { github = [], gitlab = [] } = args;
  const none = { subjects: [], ofWorkflows: [] };
  const faults = [
    ...github.flatMap((workflows, index) => githubFaults(workflows, `github[${index}]`)),
    ...github.flatMap((workflows, index) => workflowClaimFaults(workflows, `github[${index}].workflows`, issuer)),
    ...gitlab.flatMap((pipelines, index) => gitlabFaults(pipelines, `gitlab[${index}]`)),
  ];
  checks.add(faults);
  if (faults.length > 0) return none;
  const given = args.github ?? args.gitlab;
  if (given !== undefined && given.length === 0) {
    checks.add([
      {
        path: args.github ? "github" : "gitlab",
        value: given,
        rule: "must name at least one identity that assumes the role.",
        fix: "name the repositories and branches whose runs assume it.",
      },
    ]);
  }
  const anyWorkflow = github.filter(({ workflows }) => workflows === undefined);
  return {
    subjects: [...anyWorkflow.flatMap(githubSubjects), ...gitlab.flatMap(gitlabSubjects)],
    ofWorkflows: github.flatMap((workflows) => {
      const workflowRefs = githubWorkflowRefs(workflows);
      return workflowRefs === undefined ? [] : [{ subjects: githubSubjects(workflows), workflowRefs }];
    }),
  };
}

/** AWS compares the workflow file claim only for github.com's tokens. */
function workflowClaimFaults({ workflows }: GitHubWorkflows, path: string, issuer: string): Fault[] {
  if (workflows === undefined || issuer === githubIssuer) return [];
  return [
    {
      path,
      value: workflows,
      rule: `AWS reads the workflow file only from tokens of ${githubIssuer}, and these are from ${issuer}.`,
      fix: "remove workflows, and limit the runs with environments.",
    },
  ];
}
