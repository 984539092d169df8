import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { grantedRoleFaults, grantPolicyName, roleNameOf } from "../../ecr/permissions/grantedRoles";
import { isPlain, refuseInput } from "../inputChecks";
import { deleteBeforeReplaceOptions } from "../resourceOptions";

/** The role to grant access to: a resource of the program, or the ARN of a role in the repository's account. */
export type GrantedRole = iam.Role | pulumi.Input<string>;

/** Options to tell apart several grants of the same repository. */
export interface GrantOptions {
  /**
   * Name of the grant in the program, after the repository's name and the action.
   * @default the role's name in the program, or the one in its ARN; required for an ARN that is not known yet
   */
  name?: string;
}

/** Options of a push grant. */
export interface PushGrantOptions extends GrantOptions {
  /** Whether the role can also pull, for example for a build cache. @default false */
  pull?: boolean;
}

interface Grant {
  action: "pull" | "push";
  role: GrantedRole;
  policy: pulumi.Output<string>;
  options: GrantOptions;
}

/** The part of a repository that grants need. */
interface GrantingRepository extends pulumi.Resource {
  readonly logicalName: string;
  readonly arn: pulumi.Output<string>;
}

/** The grants of one repository: each is an inline policy of its role. */
export class RepositoryGrants {
  private readonly names = new Set<string>();

  constructor(private readonly repository: GrantingRepository) {}

  /**
   * Throws InputRefused when the input is not a role, the role is in another account, or the name is already in use.
   */
  give({ action, role, policy, options }: Grant): iam.RolePolicy {
    const { logicalName, arn: repositoryArn } = this.repository;
    const subject = `grant${action === "pull" ? "Pull" : "Push"} of ${JSON.stringify(logicalName)}`;
    const arn = iam.Role.isInstance(role) ? role.arn : role;
    refuseInput(subject, isPlain(arn) ? grantedRoleFaults(arn, "role") : []);
    const name = this.newName(subject, action, options.name ?? nameInProgram(role));
    const checked = pulumi.all([arn, repositoryArn]).apply(([known, repository]) => {
      refuseInput(subject, grantedRoleFaults(known, "role", repository));
      return roleNameOf(known) ?? "";
    });
    return new iam.RolePolicy(
      name,
      { name: repositoryArn.apply((known) => grantPolicyName(action, known)), role: checked, policy },
      { parent: this.repository, ...deleteBeforeReplaceOptions },
    );
  }

  private newName(subject: string, action: string, role: string | undefined): string {
    const name = [this.repository.logicalName, action, ...(role === undefined ? [] : [role])].join("-");
    if (this.names.has(name)) {
      refuseInput(subject, [
        {
          path: "name",
          value: role,
          rule: `another grant of this repository is already named ${JSON.stringify(name)}.`,
          fix: 'give each grant its own name: { name: "web" }. If it is the same role twice, remove the second grant.',
        },
      ]);
    }
    this.names.add(name);
    return name;
  }
}

/** Pulumi knows the logical name immediately, but exposes it only under this property. */
function nameInProgram(role: GrantedRole): string | undefined {
  if (iam.Role.isInstance(role)) return (role as { __name?: string }).__name;
  return typeof role === "string" ? roleNameOf(role) : undefined;
}
