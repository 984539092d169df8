import * as pulumi from "@pulumi/pulumi";
import type { ImageRepository } from "../../components";
import type { Fault } from "../../ecr/faults";

/** The repositories of this program by URN: images need more of them than a program in another language can pass. */
const repositories = new Map<string, pulumi.Resource & ImageRepository>();

/** Resolves component references in inputs to the components. */
export function resolveReferences(version: string): void {
  pulumi.runtime.registerResourceModule("ecr", "index", {
    version,
    construct: (_name, _type, urn) => referencedResource(urn),
  });
}

/** The component with this URN; unless it is a repository created in this run, only a placeholder for dependencies. */
export function referencedResource(urn: string): pulumi.Resource {
  return repositories.get(urn) ?? new pulumi.DependencyResource(urn);
}

/** Stores a component that images may refer to. */
export async function registerRepository(made: pulumi.ComponentResource): Promise<void> {
  if (!isRepository(made)) return;
  const urn = await new Promise<string>((resolve) => made.urn.apply(resolve));
  repositories.set(urn, made);
}

/** Why an input is not a repository that an image can be pushed to; empty when it is. */
export function repositoryFaults(reference: unknown, path: string): Fault[] {
  if (isRepository(reference)) return [];
  const rule = pulumi.Resource.isInstance(reference)
    ? "must be a repository that the same provider created in this run."
    : "must be a repository component, not its name, ARN or address.";
  const value = typeof reference === "string" ? reference : undefined;
  const fix =
    "pass a PrivateRepository, a PublicRepository, an ExistingPrivateRepository or an ExistingPublicRepository of the same provider.";
  return [{ path, value, rule, fix }];
}

function isRepository(made: unknown): made is pulumi.Resource & ImageRepository {
  return pulumi.Resource.isInstance(made) && "findDigest" in made;
}
