import {
  evaluateLifecycle,
  type LifecycleImage,
  type LifecycleOutcome,
  readLifecyclePolicy,
} from "../../../ecr/lifecyclePolicy";
import type { GatewayContext } from "../context";
import { type Deletion, finishDeletions, removeFromState } from "../imageDeletion";
import { setStorageClass } from "../images";
import type { RepositoryRecord } from "../state/records";
import { lifecycleImages } from "./images";

/** On the gateway's clock, from one run of a repository's policy to the next; ECR promises one within 24 hours. */
const runIntervalMilliseconds = 60 * 60 * 1000;

/** What one run did; digests in the order in which they went. */
export interface LifecycleRun {
  account: string;
  region: string;
  repositoryName: string;
  expired: string[];
  archived: string[];
}

/**
 * Runs lifecycle policies: of every private repository whose policy has not been run for an hour, or of all with one.
 *
 * @returns The runs that did something.
 */
export async function runLifecycles(context: GatewayContext, which: "due" | "all"): Promise<LifecycleRun[]> {
  const runs: LifecycleRun[] = [];
  for (const repository of context.store.allRepositories()) {
    const policy = repository.lifecyclePolicy;
    const last = policy?.evaluatedAt ?? policy?.putAt;
    if (last === undefined || (which === "due" && context.clock.now() - last < runIntervalMilliseconds)) {
      continue;
    }
    const run = await runLifecycle(context, repository);
    if (run.expired.length + run.archived.length > 0) {
      context.log(
        `${repository.name}: the lifecycle policy expired ${run.expired.length} and archived ${run.archived.length} images`,
      );
      runs.push(run);
    }
  }
  return runs;
}

/** Evaluates one repository's policy now and does what it says; nothing when it has none by then. */
async function runLifecycle(context: GatewayContext, { id, ...address }: RepositoryRecord): Promise<LifecycleRun> {
  const { account, region, name: repositoryName } = address;
  const run: LifecycleRun = { account, region, repositoryName, expired: [], archived: [] };
  const repository = context.store.repository(address, repositoryName);
  const text = repository?.lifecyclePolicy?.text;
  const document = text === undefined ? undefined : readLifecyclePolicy(text, "").document;
  if (repository?.id !== id || document === undefined) {
    return run;
  }
  const now = new Date(context.clock.now());
  const images = lifecycleImages(context, repository);
  const due = evaluateLifecycle(document, images, now).flatMap(({ at, action }, index): DueImage[] => {
    const image = images[index];
    return image && at !== undefined && at <= now ? [{ image, action }] : [];
  });
  run.archived = await archiveAll(context, repository, due);
  run.expired = await deleteAll(context, repository, due);
  context.store.change(() => {
    const current = context.store.repository(address, repositoryName);
    if (current?.id === id && current.lifecyclePolicy) {
      const lifecyclePolicy = { ...current.lifecyclePolicy, evaluatedAt: now.getTime() };
      context.store.putRepository({ ...current, lifecyclePolicy });
    }
  });
  return run;
}

interface DueImage {
  /** As it was when the policy was evaluated. */
  image: LifecycleImage;
  action: LifecycleOutcome["action"];
}

/** Images that one lock of the repository and one transaction are for: pushes and deletions come in between. */
const imagesAtOnce = 500;

async function archiveAll(context: GatewayContext, repository: RepositoryRecord, due: DueImage[]): Promise<string[]> {
  const archived: string[] = [];
  const archiving = due.filter(({ action }) => action === "archive").map(({ image }) => image);
  for (const images of chunks(archiving, imagesAtOnce)) {
    await context.repositoryLocks.run(repository.id, async () => {
      context.store.change(() => {
        for (const { digest } of stillAs(context, repository, images)) {
          const image = context.store.image(repository, digest);
          if (image) setStorageClass(context, repository, image, "ARCHIVE");
          archived.push(digest);
        }
      });
    });
  }
  return archived;
}

/** Deletes indexes before their images, however deep: each round takes what no index names any more. */
async function deleteAll(context: GatewayContext, repository: RepositoryRecord, due: DueImage[]): Promise<string[]> {
  const deleted: string[] = [];
  let waiting = due.filter(({ action }) => action === "expire").map(({ image }) => image);
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    const refused: LifecycleImage[] = [];
    for (const images of chunks(waiting, imagesAtOnce)) {
      await context.repositoryLocks.run(repository.id, async () => {
        const deletions: Deletion[] = [];
        context.store.change(() => {
          for (const image of stillAs(context, repository, images)) {
            const result = removeFromState(context, repository, image.digest, undefined);
            if ("referencedBy" in result) refused.push(image);
            else deletions.push(result);
          }
        });
        await finishDeletions(context, repository, deletions);
        deleted.push(...deletions.map(({ digest }) => digest));
      });
    }
    waiting = refused;
  }
  return deleted;
}

/** Those that nobody has deleted, pushed anew or given other tags since the policy was evaluated. */
function stillAs(
  { store }: GatewayContext,
  repository: RepositoryRecord,
  images: readonly LifecycleImage[],
): LifecycleImage[] {
  return images.filter(({ digest, pushedAt, tags }) => {
    const isSame = store.image(repository, digest)?.pushedAt === pushedAt.getTime();
    return isSame && store.tagsOfImage(repository, digest).join(" ") === tags.join(" ");
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
