import * as awsx from "@pulumi/awsx";
import { names } from "./size";

// With its own defaults: its arguments take no settings of the repository.
for (const name of names) new awsx.classic.ecr.Repository(name);
