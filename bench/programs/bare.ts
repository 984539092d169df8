import * as pulumi from "@pulumi/pulumi";
import { repositoryWithPolicy } from "./resources";
import { names } from "./size";

/** A component that only serves as a parent. */
class Empty extends pulumi.ComponentResource {
  constructor(name: string) {
    super("bench:index:Empty", name);
    repositoryWithPolicy(name, { parent: this });
    this.registerOutputs();
  }
}

for (const name of names) new Empty(name);
