/** The commands from the console's "View push commands", for a POSIX shell. */
export interface PushCommands {
  /** Logs Docker in for 12 hours, the lifetime of ECR's tokens. */
  login: string;
  /** Builds the image under its local name. */
  build: string;
  /** Tags it with the repository's URL. */
  tag: string;
  /** Pushes it. */
  push: string;
}

export interface PushCommandsArgs {
  kind: "private" | "public";
  /** The private repository's region. A public repository's token always comes from us-east-1. */
  region: string;
  /** The repository's URL without scheme: `<host>/<repository>`, or `<host>/<alias>/<repository>` for a public one. */
  repositoryUrl: string;
  /** The image's local name, with or without a tag of its own. */
  imageName: string;
  /** The tag in the repository. */
  tag: string;
  /** The build context, as seen by the shell that runs the command. @default "." */
  context?: string;
  /** @default none */
  buildArgs?: Readonly<Record<string, string>>;
  /** For example `linux/amd64`. @default the machine's own */
  platform?: string;
  /** @default the context's `Dockerfile` */
  dockerfile?: string;
}

/**
 * Region that issues ECR Public's tokens, whatever the caller's region (ECR Public user guide, registry
 * authentication).
 */
const publicTokenRegion = "us-east-1";

/**
 * The four commands that push an image manually. Values are quoted for the shell where necessary, so that none can end
 * its argument, start an option, or run a command.
 */
export function pushCommands(args: PushCommandsArgs): PushCommands {
  const host = args.repositoryUrl.split("/", 1)[0] ?? args.repositoryUrl;
  const [service, region] = args.kind === "public" ? ["ecr-public", publicTokenRegion] : ["ecr", args.region];
  const options = [
    ...(args.platform === undefined ? [] : ["--platform", args.platform]),
    ...(args.dockerfile === undefined ? [] : ["-f", filePath(args.dockerfile)]),
    ...Object.entries(args.buildArgs ?? {}).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ];
  const tagged = `${args.repositoryUrl}:${args.tag}`;
  return {
    login:
      `aws ${service} get-login-password --region ${quote(region)} | ` +
      `docker login --username AWS --password-stdin ${quote(host)}`,
    build: command("docker", "build", "-t", args.imageName, ...options, filePath(args.context ?? ".")),
    tag: command("docker", "tag", localTag(args.imageName), tagged),
    push: command("docker", "push", tagged),
  };
}

/** Docker uses `latest` when the name has no tag; it is written out here, as in the console. */
function localTag(imageName: string): string {
  return imageName.slice(imageName.lastIndexOf("/") + 1).includes(":") ? imageName : `${imageName}:latest`;
}

/** A file name starting with `-` would be read as an option, or as standard input. */
function filePath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function command(...words: string[]): string {
  return words.map(quote).join(" ");
}

function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
