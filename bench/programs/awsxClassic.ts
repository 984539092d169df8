import * as awsx from "@pulumi/awsx";
import { names } from "./size";

// With awsx's defaults: its arguments do not expose the repository's settings.
for (const name of names) new awsx.classic.ecr.Repository(name);
