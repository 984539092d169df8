import { evaluateLifecycle, readLifecyclePolicy } from "../../../ecr/lifecyclePolicy";
import type { GatewayContext } from "../context";
import { deleteImage } from "../imageDeletion";
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
  await context.repositoryLocks.run(id, async () => {
    const repository = context.store.repository(address, repositoryName);
    const text = repository?.lifecyclePolicy?.text;
    const document = text === undefined ? undefined : readLifecyclePolicy(text, "").document;
    if (repository?.id !== id || document === undefined) {
      return;
    }
    const now = new Date(context.clock.now());
    const due = evaluateLifecycle(document, lifecycleImages(context, repository), now).filter(
      ({ at }) => at !== undefined && at <= now,
    );
    for (const { digest, action } of due) {
      const image = action === "archive" ? context.store.image(repository, digest) : undefined;
      if (image) {
        setStorageClass(context, repository, image, "ARCHIVE");
        run.archived.push(digest);
      }
    }
    const expiring = due.filter(({ action }) => action === "expire").map(({ digest }) => digest);
    run.expired.push(...(await deleteAll(context, repository, expiring)));
    context.store.change(() => {
      const current = context.store.repository(address, repositoryName);
      if (current?.id === id && current.lifecyclePolicy) {
        const lifecyclePolicy = { ...current.lifecyclePolicy, evaluatedAt: now.getTime() };
        context.store.putRepository({ ...current, lifecyclePolicy });
      }
    });
  });
  return run;
}

/** Deletes indexes before their images, however deep: each round takes what no index names any more. */
async function deleteAll(context: GatewayContext, repository: RepositoryRecord, digests: string[]): Promise<string[]> {
  const deleted: string[] = [];
  let waiting = digests;
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    const refused: string[] = [];
    for (const digest of waiting) {
      const result = await deleteImage(context, repository, digest, undefined);
      ("referencedBy" in result ? refused : deleted).push(digest);
    }
    waiting = refused;
  }
  return deleted;
}
