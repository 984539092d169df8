import type { DeployedImage, LifecycleSnapshot, RepositorySnapshot } from "../../ecr/lifecyclePolicy";
import { awsClients, errorText } from "../aws/clients";
import { type RepositoryAddress, type RepositoryContent, readRepository } from "../aws/repositoryImages";
import { type RunningImage, type RunningImages, readRunningImages } from "../aws/runningImages";
import { digestsIn, readStackOutputs, repositoriesIn, type StackOutputs } from "../stackOutputs";

/** Where a command's repositories come from. */
export interface Source {
  /** The stack whose outputs contain the repositories and their images. @default the selected one */
  stack?: string;
  /** Stacks that run the images; digests in their outputs count as deployed. */
  consumers: string[];
  /**
   * Repository names. With a stack: restricts its repositories; without: repositories in `region`. @default all of the
   * stack's
   */
  repositories: string[];
  /** For repositories that are not from a stack. */
  region?: string;
}

/** Reads repositories, their policies, and what runs their images, from AWS and from stack outputs. */
export async function collectSnapshot(source: Source, now: Date): Promise<LifecycleSnapshot> {
  const needsStack = source.stack !== undefined || source.repositories.length === 0;
  return snapshotOf(source, needsStack ? await readStackOutputs(source.stack) : undefined, now);
}

/**
 * Like `collectSnapshot`, with stack outputs that were already read.
 *
 * @param stackOutputs `undefined`: only the repositories named in the source.
 */
export async function snapshotOf(
  source: Source,
  stackOutputs: StackOutputs | undefined,
  now: Date,
): Promise<LifecycleSnapshot> {
  const consumers = await Promise.all(
    source.consumers.map(async (stack) => ({ stack, outputs: await readStackOutputs(stack) })),
  );
  const stacks = [{ stack: source.stack ?? "selected", outputs: stackOutputs ?? {} }, ...consumers];
  const contents = await readContents(addresses(source, stackOutputs));
  const running = new Map<string, RunningImages>();
  for (const region of new Set(contents.map((content) => content.region))) {
    running.set(region, await readRunningImages(awsClients(region), region));
  }
  return {
    version: 1,
    takenAt: now,
    repositories: contents.map((content) => {
      const inRegion = running.get(content.region) ?? { images: [], unknown: [] };
      return {
        ...content,
        deployed: [...deployedByStacks(content, stacks), ...deployedByServices(content, inRegion.images)],
        unknown: [...content.unknown, ...inRegion.unknown],
      } satisfies RepositorySnapshot;
    }),
  };
}

/** @throws Error that names what is missing. */
function addresses(source: Source, outputs: StackOutputs | undefined): RepositoryAddress[] {
  if (outputs === undefined) {
    const { region = process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"] } = source;
    if (region === undefined) {
      throw new Error(
        "--region: found nothing. Must be the region of the repositories. Write --region, set AWS_REGION, or name their stack with --stack.",
      );
    }
    return source.repositories.map((name) => ({ name, region }));
  }
  const known = repositoriesIn(outputs);
  if (known.length === 0) {
    throw new Error(
      "The stack's outputs have no private repository. Deploy the stack first, or use --repository without --stack.",
    );
  }
  const missing = source.repositories.filter((name) => !known.some((each) => each.name === name));
  if (missing.length > 0) {
    const names = known.map(({ name }) => name).join(", ");
    throw new Error(
      `--repository: found ${missing.join(", ")}. Must be private repositories in the stack's outputs. Allowed: ${names}.`,
    );
  }
  return source.repositories.length === 0 ? known : known.filter(({ name }) => source.repositories.includes(name));
}

/** Reads repositories one at a time. @throws Error that names the one that cannot be read. */
export async function readContents(addresses: readonly RepositoryAddress[]): Promise<RepositoryContent[]> {
  const contents: RepositoryContent[] = [];
  for (const address of addresses) {
    contents.push(await readOrExplain(address));
  }
  return contents;
}

async function readOrExplain(address: RepositoryAddress): Promise<RepositoryContent> {
  try {
    return await readRepository(awsClients(address.region).ecr, address);
  } catch (error) {
    throw new Error(`The repository ${address.name} in ${address.region} cannot be read: ${errorText(error)}`);
  }
}

function deployedByStacks(
  { images }: RepositoryContent,
  stacks: readonly { stack: string; outputs: StackOutputs }[],
): DeployedImage[] {
  const present = new Set(images.map(({ digest }) => digest));
  return stacks.flatMap(({ stack, outputs }) =>
    [...digestsIn(outputs)]
      .filter(([digest]) => present.has(digest))
      .map(([digest, at]) => ({ digest, by: `stack ${stack}, output ${at}` })),
  );
}

/** A reference with a tag counts as the image that currently has the tag. */
function deployedByServices({ uri, images }: RepositoryContent, running: readonly RunningImage[]): DeployedImage[] {
  const byTag = new Map(images.flatMap(({ tags, digest }) => tags.map((tag) => [tag, digest] as const)));
  const present = new Set(images.map(({ digest }) => digest));
  const found = new Map<string, DeployedImage>();
  for (const { reference, by } of running) {
    if (!reference.startsWith(uri)) {
      continue;
    }
    const [tag, digest] = reference.slice(uri.length).split("@");
    const named = digest ?? byTag.get(tag === "" ? "latest" : (tag ?? "").slice(1));
    // A matching prefix may belong to another repository: `pet` and `petclinic`.
    const isOther = tag !== "" && !tag?.startsWith(":");
    if (!isOther && named !== undefined && present.has(named)) {
      found.set(`${named} ${by}`, { digest: named, by });
    }
  }
  return [...found.values()];
}
