// Replaces @pulumi/pulumi in the commands' bundle (cli/build.mjs): only what validating arguments needs, without its
// engine client, which takes longer to load than the whole validation. @pulumi/aws and @pulumi/docker are omitted
// entirely.
export { RunError } from "@pulumi/pulumi/errors";
export { all, interpolate, jsonStringify, Output, output, secret, unknown } from "@pulumi/pulumi/output";
export { ComponentResource, CustomResource } from "@pulumi/pulumi/resource";

/** There is no program: paths are relative to the working directory, which is the project's. */
export const runtime = { getRootDirectory: () => process.cwd(), getMonitor: () => undefined, isDryRun: () => true };
