// Registers every AWS resource type, so that references to them arrive as resources.
import "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { version } from "../package.json";
import { construct } from "./construct";
import { attributeFailures } from "./failures";
import { resolveReferences } from "./repositories";

// The process that creates the components of the package `ecr`. The provider starts it for the first component, because
// it loads the Pulumi and AWS SDKs: half a second that programs which create their components themselves do not need.
resolveReferences(version);
process.stdin.on("end", () => process.exit(0)).resume();
void pulumi.provider.main({ version, construct }, process.argv.slice(2));
attributeFailures();
