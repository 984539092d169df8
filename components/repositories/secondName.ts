import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../inputChecks";
import { readStackState } from "../stackState";

/** A component's repository, and what the program calls it. */
interface NamedRepository {
  type: "aws:ecr/repository:Repository" | "aws:ecrpublic/repository:Repository";
  repositoryName: string;
  /** Undefined: the provider's. */
  region: string | undefined;
  /** What the component is called, and was. */
  names: readonly string[];
  /** What the error is about. */
  subject: string;
  parent: pulumi.Resource;
}

/**
 * Refuses to make a repository that this stack has under another logical name: AWS would refuse it as one that exists, and
 * its adoption would end with its deletion under the former name.
 *
 * @returns The repository's name, for what is made of it.
 */
export async function refuseSecondName(repository: NamedRepository): Promise<string> {
  const { type, repositoryName, names, subject, parent } = repository;
  const property = type === "aws:ecr/repository:Repository" ? "name" : "repositoryName";
  const others = (await readStackState()).filter(
    (each) => each.type === type && each.outputs[property] === repositoryName && !names.includes(each.name),
  );
  if (others.length === 0) return repositoryName;
  const region = repository.region ?? (await aws.getRegion({}, { parent })).region;
  const former = others.find(({ outputs }) => outputs["region"] === region)?.name;
  if (former === undefined) return repositoryName;
  refuseInput(subject, [
    {
      path: "repositoryName",
      value: repositoryName,
      rule: `this stack has the repository of this name as ${JSON.stringify(former)}: made a second time it would be refused, and imported it would be deleted under its former name.`,
      fix: `keep the component's name, or give it the option aliases: [{ name: ${JSON.stringify(former)} }].`,
    },
  ]);
  return repositoryName;
}
