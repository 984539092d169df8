import * as pulumi from "@pulumi/pulumi";

/** A repository as other components name it: the component, or the ARN of one that is not in the program. */
export type RepositoryReference =
  | {
      /** The component's ARN. */
      readonly arn: pulumi.Output<string>;
    }
  | pulumi.Input<string>;

/** The ARN, plain when it was given so. */
export function arnOf(repository: RepositoryReference): pulumi.Input<string> {
  return typeof repository === "object" && "arn" in repository && !isDeferred(repository)
    ? repository.arn
    : (repository as pulumi.Input<string>);
}

/** Whether a value is only known later. */
export function isDeferred<T>(value: pulumi.Input<T>): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** The ARNs as far as they are known, for checks before anything is registered; a sound one stands for the others. */
export function knownArns(repositories: readonly RepositoryReference[]): unknown[] {
  return repositories
    .map(arnOf)
    .map((arn) => (isDeferred(arn) ? "arn:aws:ecr:us-east-1:123456789012:repository/known-later" : arn));
}
