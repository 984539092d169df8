import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../paths";

/** Account and region of the reference job; the local AWS answers for them. */
export const sandboxAccount = "123456789012";
export const sandboxRegion = "ap-northeast-2";
/** The stack that `npm run local` works on; its values stand in Pulumi.local.yaml. */
export const localStack = "local";

/** What the parts of a running sandbox say about themselves. */
export interface SandboxParts {
  home: string;
  /** Address of the local AWS. */
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  pulumiHome: string;
  /** Docker's address when it is not the client's default one. */
  dockerHost: string | undefined;
}

/** Variables of the user's that would lead a command in the sandbox to a real account, stack or Docker login. */
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
];

/** The environment in which every command of the sandbox runs; nothing of it is written anywhere else. */
export function commandEnvironment(parts: SandboxParts): NodeJS.ProcessEnv {
  const { home } = parts;
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    SANDBOX_HOME: home,
    PATH: [path.join(home, "bin"), path.join(projectRoot, "node_modules", ".bin"), process.env["PATH"]].join(
      path.delimiter,
    ),
    AWS_ENDPOINT_URL: parts.endpoint,
    AWS_ACCESS_KEY_ID: parts.accessKeyId,
    AWS_SECRET_ACCESS_KEY: parts.secretAccessKey,
    AWS_REGION: sandboxRegion,
    AWS_DEFAULT_REGION: sandboxRegion,
    // Files that do not exist: the user's own profiles and keys must not be read.
    AWS_CONFIG_FILE: path.join(home, "aws", "config"),
    AWS_SHARED_CREDENTIALS_FILE: path.join(home, "aws", "credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    DOCKER_CONFIG: dockerConfig(home),
    DOCKER_BUILDKIT: "1",
    PULUMI_HOME: parts.pulumiHome,
    PULUMI_BACKEND_URL: `file://${stateDirectory(home)}`,
    // Protects nothing but a local AWS's tokens; Pulumi.local.yaml holds the salt that goes with it.
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    ...(process.env["SANDBOX_PLUGINS"] !== "released" && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
    ...(parts.dockerHost !== undefined && { DOCKER_HOST: parts.dockerHost }),
  };
  for (const name of foreign) delete environment[name];
  return environment;
}

function stateDirectory(home: string): string {
  const directory = path.join(home, "state");
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

/** Docker's config of the sandbox: its logins stay out of the user's own, whose client plugins it still finds. */
function dockerConfig(home: string): string {
  const directory = path.join(home, "docker-config");
  const file = path.join(directory, "config.json");
  if (!fs.existsSync(file)) {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const plugins = path.join(
      process.env["DOCKER_CONFIG"] ?? path.join(process.env["HOME"] ?? "/", ".docker"),
      "cli-plugins",
    );
    fs.writeFileSync(file, JSON.stringify({ cliPluginsExtraDirs: [plugins] }), { mode: 0o600 });
  }
  return directory;
}
