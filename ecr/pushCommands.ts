/** What the console calls "View push commands", for a shell that reads POSIX syntax. */
export interface PushCommands {
  /** Logs Docker in for 12 hours, the life of ECR's tokens. */
  login: string;
  /** Builds the image under its local name. */
  build: string;
  /** Gives it the repository's address as a second name. */
  tag: string;
  /** Pushes it there. */
  push: string;
}

export interface PushCommandsArgs {
  kind: "private" | "public";
  /** The private repository's region. A public repository's token always comes from us-east-1. */
  region: string;
  /** The repository's address without a scheme: `<host>/<repository>`, or `<host>/<alias>/<repository>` for a public one. */
  repositoryUrl: string;
  /** The image's local name, with or without a tag of its own. */
  imageName: string;
  /** The tag that it gets in the repository. */
  tag: string;
  /** The build context, as the shell that runs the command sees it. @default "." */
  context?: string;
  /** @default none */
  buildArgs?: Readonly<Record<string, string>>;
  /** Such as `linux/amd64`. @default the machine's own */
  platform?: string;
  /** @default the context's `Dockerfile` */
  dockerfile?: string;
}

/** Where ECR Public's tokens come from, whatever the region of the caller (ECR Public user guide, registry authentication). */
const publicTokenRegion = "us-east-1";

/**
 * The four commands that push an image by hand. Every value is quoted for the shell where it needs to be, so that none
 * can end its argument, begin an option or run a command.
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

/** Docker builds under `latest` when the name has no tag of its own; the console writes it out, and so does this. */
function localTag(imageName: string): string {
  return imageName.slice(imageName.lastIndexOf("/") + 1).includes(":") ? imageName : `${imageName}:latest`;
}

/** A file name that begins with `-` would be read as an option, or as "standard input". */
function filePath(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

function command(...words: string[]): string {
  return words.map(quote).join(" ");
}

function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
