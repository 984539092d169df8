import {
  evaluateLifecycle,
  type LifecycleImage,
  type LifecycleOutcome,
  readLifecyclePolicy,
} from "../../../ecr/lifecyclePolicy";
import { type Deletion, finishDeletions, removeFromState } from "../images/imageDeletion";
import type { ImageDependencies } from "../images/imageDependencies";
import { setStorageClass } from "../images/imagePush";
import type { RepositoryRecord } from "../state/records";
import { lifecycleImages } from "./lifecycleImages";

/** Interval between runs of a repository's policy, on the gateway's clock; ECR promises a run within 24 hours. */
const runIntervalMilliseconds = 60 * 60 * 1000;

/** The result of one run; digests in order of deletion. */
export interface LifecycleRun {
  account: string;
  region: string;
  repositoryName: string;
  expired: string[];
  archived: string[];
}

/**
 * Runs lifecycle policies: those of private repositories that have not run for an hour, or all.
 *
 * @returns The runs that acted on an image.
 */
export async function runLifecycles(context: ImageDependencies, which: "due" | "all"): Promise<LifecycleRun[]> {
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

/** Evaluates a repository's policy and applies it; does nothing when the repository no longer has one. */
async function runLifecycle(context: ImageDependencies, { id, ...address }: RepositoryRecord): Promise<LifecycleRun> {
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
  /** As evaluated by the policy. */
  image: LifecycleImage;
  action: LifecycleOutcome["action"];
}

/** Images per lock and transaction, so that pushes and deletions can run in between. */
const imagesAtOnce = 500;

async function archiveAll(
  context: ImageDependencies,
  repository: RepositoryRecord,
  due: DueImage[],
): Promise<string[]> {
  const archived: string[] = [];
  const archiving = due.filter(({ action }) => action === "archive").map(({ image }) => image);
  for (const images of chunks(archiving, imagesAtOnce)) {
    await context.repositoryLocks.run(repository.id, async () => {
      context.store.change(() => {
        for (const { digest } of unchangedImages(context, repository, images)) {
          const image = context.store.image(repository, digest);
          if (image) setStorageClass(context, repository, image, "ARCHIVE");
          archived.push(digest);
        }
      });
    });
  }
  return archived;
}

/** Deletes indexes before their images, at any depth: each round deletes what is no longer part of an index. */
async function deleteAll(context: ImageDependencies, repository: RepositoryRecord, due: DueImage[]): Promise<string[]> {
  const deleted: string[] = [];
  let waiting = due.filter(({ action }) => action === "expire").map(({ image }) => image);
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    const refused: LifecycleImage[] = [];
    for (const images of chunks(waiting, imagesAtOnce)) {
      await context.repositoryLocks.run(repository.id, async () => {
        const deletions: Deletion[] = [];
        context.store.change(() => {
          for (const image of unchangedImages(context, repository, images)) {
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

/** Images that have not been deleted, pushed again, or retagged since the policy was evaluated. */
function unchangedImages(
  { store }: ImageDependencies,
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
