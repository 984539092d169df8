import * as fs from "node:fs";
import * as path from "node:path";
import type { DockerEnvironment } from "../docker/daemon";
import { projectRoot } from "../paths";
import type { RunningServices } from "../services/services";

/** The stack that `npm run local` uses; its config is in Pulumi.local.yaml. */
export const localStack = "local";

/** The parts of a running sandbox that commands need to find. */
export interface SandboxComponents {
  home: string;
  services: Pick<RunningServices, "endpoint" | "accessKeyId" | "secretAccessKey" | "region">;
  docker: Pick<DockerEnvironment, "environment">;
  pulumiHome: string;
}

/** The user's variables that would lead a command in the sandbox to a real account, stack, or Docker login. */
const foreign = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "DOCKER_CONTEXT",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_STACK",
  // The launcher would look for another version in another folder.
  "PULUMI_VERSION",
];

/** The environment for every command in the sandbox; it is not stored anywhere. */
export function commandEnvironment(parts: SandboxComponents): NodeJS.ProcessEnv {
  const { home, services } = parts;
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    SANDBOX_HOME: home,
    PATH: [path.join(home, "bin"), path.join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(
      path.delimiter,
    ),
    AWS_ENDPOINT_URL: services.endpoint,
    AWS_ACCESS_KEY_ID: services.accessKeyId,
    AWS_SECRET_ACCESS_KEY: services.secretAccessKey,
    AWS_REGION: services.region,
    AWS_DEFAULT_REGION: services.region,
    // Files that do not exist, so that the user's own profiles and keys are not read.
    AWS_CONFIG_FILE: path.join(home, "aws", "config"),
    AWS_SHARED_CREDENTIALS_FILE: path.join(home, "aws", "credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    ...parts.docker.environment,
    PULUMI_HOME: parts.pulumiHome,
    PULUMI_BACKEND_URL: `file://${closedDirectory(home, "state")}`,
    // Only protects tokens of a local AWS; Pulumi.local.yaml has the matching salt.
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    // Each command starts Node several times; the cache avoids compiling everything again.
    NODE_COMPILE_CACHE: closedDirectory(home, "compile-cache"),
    ...(process.env["SANDBOX_PLUGINS"] !== "released" && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
  };
  for (const name of foreign) delete environment[name];
  return environment;
}

/** The sandbox's Docker config, which keeps its logins out of the user's own. */
export function dockerConfig(home: string): string {
  return closedDirectory(home, "docker-config");
}

/** A folder of the sandbox that only its owner can read. */
function closedDirectory(home: string, name: string): string {
  const directory = path.join(home, name);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}
