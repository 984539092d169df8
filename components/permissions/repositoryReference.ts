import type * as pulumi from "@pulumi/pulumi";
import { isPlain } from "../inputChecks";
/** A reference to a repository: the component, or the ARN of a repository outside the program. */
export type RepositoryReference =
  | {
      /** The component's ARN. */
      readonly arn: pulumi.Output<string>;
    }
  | pulumi.Input<string>;

/** The ARN; a plain string stays one. */
export function arnOf(repository: RepositoryReference): pulumi.Input<string> {
  return typeof repository === "object" && "arn" in repository ? repository.arn : (repository as pulumi.Input<string>);
}

/** The ARNs for checks before anything is registered, with a valid placeholder for those not known yet. */
export function knownArns(repositories: readonly RepositoryReference[]): unknown[] {
  return repositories
    .map(arnOf)
    .map((arn) => (isPlain(arn) ? arn : "arn:aws:ecr:us-east-1:123456789012:repository/known-later"));
}
