import * as pulumi from "@pulumi/pulumi";
import { repositoryWithPolicy } from "./resources";
import { names } from "./size";

/** A component that only serves as a parent, with the same outputs as PrivateRepository. */
class WithOutputs extends pulumi.ComponentResource {
  constructor(name: string) {
    super("bench:index:WithOutputs", name);
    const repository = repositoryWithPolicy(name, { parent: this });
    const { repositoryUrl: url, arn, name: repositoryName, registryId, region } = repository;
    this.registerOutputs({ url, arn, repositoryName, registryId, region });
  }
}

for (const name of names) new WithOutputs(name);
