import { getRegion } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import { readStackState } from "../stackState";

/** A component's repository and its names in the program. */
interface NamedRepository {
  type: "aws:ecr/repository:Repository" | "aws:ecrpublic/repository:Repository";
  repositoryName: string;
  /** Undefined: the provider's. */
  region: string | undefined;
  /** The component's name and previous names. */
  names: readonly string[];
  /** The subject of the error. */
  subject: string;
  parent: pulumi.Resource;
}

/**
 * Refuses to create a repository that this stack has under another logical name: AWS would report that it exists, and
 * adopting it would end in its deletion under the former name.
 *
 * @returns The repository's name, for resources that depend on it.
 */
export async function refuseDuplicateRepository(repository: NamedRepository): Promise<string> {
  const { type, repositoryName, names, subject, parent } = repository;
  const property = type === "aws:ecr/repository:Repository" ? "name" : "repositoryName";
  const others = (await readStackState()).filter(
    (each) => each.type === type && each.outputs[property] === repositoryName && !names.includes(each.name),
  );
  if (others.length === 0) return repositoryName;
  const region = repository.region ?? (await getRegion({}, { parent })).region;
  const former = others.find(({ outputs }) => outputs["region"] === region)?.name;
  if (former === undefined) return repositoryName;
  refuseInput(subject, [
    {
      path: "repositoryName",
      value: repositoryName,
      rule: `this stack already has the repository of this name as ${JSON.stringify(former)}: creating it again would fail, and importing it would delete it under its former name.`,
      fix: `keep the component's name, or give it the option aliases: [{ name: ${JSON.stringify(former)} }].`,
    },
  ]);
  return repositoryName;
}
