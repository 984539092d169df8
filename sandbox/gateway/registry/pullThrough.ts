import type { GatewayContext } from "../context";
import { copyImage } from "../copies/imageCopy";
import { localUpstream, noInternet, ruleFor, upstreamRepository } from "../copies/upstreams";
import { pullThroughEvent } from "../events/ecrEvents";
import { authorize, isAuthorized } from "../iam/authorizer";
import { createByTemplate } from "../repositories/repositoryCreation";
import type { Principal } from "../state/principal";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { arnPrefix, repositoryArn } from "../state/repositoryArn";
import { RegistryError } from "./registryError";

/** A tag is compared with its upstream at most once in this period (ECR user guide, "Sync an upstream registry"). */
const syncMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Before a pull: fetches the image when a pull-through cache rule covers the repository and the image is missing, or
 * its tag has not been compared with the upstream for a day. The caller needs ecr:BatchImportUpstreamImage, and
 * ecr:CreateRepository for the first image.
 *
 * @throws RegistryError when the upstream is not in the sandbox; ServiceError when the caller is not authorized.
 */
export async function pullThrough(
  context: GatewayContext,
  principal: Principal,
  registry: RegistryAddress,
  name: string,
  reference: string,
): Promise<void> {
  const rule = ruleFor(context, registry, name);
  const here = context.store.repository(registry, name);
  if (!rule || !isDue(context, here, reference)) {
    return;
  }
  const upstream = localUpstream(rule);
  if (!upstream) {
    if (here && imageOf(context, here, reference)) return;
    throw new RegistryError(404, "NAME_UNKNOWN", noInternet(rule));
  }
  const source = upstreamRepository(context, rule, upstream, name);
  const image = source && imageOf(context, source, reference);
  if (!source || !image || !(await mayRead(context, registry, source, rule.customRoleArn))) {
    return;
  }
  for (const action of here ? ["BatchImportUpstreamImage"] : ["BatchImportUpstreamImage", "CreateRepository"]) {
    await authorize(context, principal, {
      action: `ecr:${action}`,
      resource: `${arnPrefix(registry)}${name}`,
      resourceAccount: registry.account,
      region: registry.region,
      repository: here,
    });
  }
  const repository = here ?? (await createByTemplate(context, registry, name, "PULL_THROUGH_CACHE"));
  const tag = reference.includes(":") ? undefined : reference;
  const before = imageOf(context, repository, reference)?.digest;
  await copyImage(context, source, image, repository, "pullThrough", tag);
  context.store.change(() => context.store.putSetting(context.clock.now(), "upstreamSync", repository.id, reference));
  if (before !== image.digest) {
    const { ecrRepositoryPrefix: prefix = "", upstreamRegistryUrl: url = "" } = rule;
    context.events.send(pullThroughEvent(context, repository, { prefix, url }, { digest: image.digest, tag }));
  }
}

function isDue(context: GatewayContext, repository: RepositoryRecord | undefined, reference: string): boolean {
  if (!repository || !imageOf(context, repository, reference)) {
    return true;
  }
  const last = context.store.setting<number>("upstreamSync", repository.id, reference) ?? 0;
  return !reference.includes(":") && context.clock.now() - last >= syncMilliseconds;
}

function imageOf(context: GatewayContext, repository: RepositoryRecord, reference: string) {
  const digest = reference.includes(":") ? reference : context.store.tag(repository, reference);
  return digest === undefined ? undefined : context.store.image(repository, digest);
}

/** Another account's private repository is read with the rule's role; the account's own and public ones need none. */
async function mayRead(
  context: GatewayContext,
  registry: RegistryAddress,
  source: RepositoryRecord,
  customRoleArn: string | undefined,
): Promise<boolean> {
  if (source.kind === "public" || (source.account === registry.account && customRoleArn === undefined)) {
    return true;
  }
  const roleName = customRoleArn?.split("/").at(-1) ?? "";
  const { account } = registry;
  const arn = `arn:aws:sts::${account}:assumed-role/${roleName}/ecr-pull-through-cache`;
  const access = {
    resource: repositoryArn(source),
    resourceAccount: source.account,
    region: source.region,
    repository: source,
  };
  const actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  const verdicts = actions.map((action) =>
    isAuthorized(context, { kind: "role", account, roleName, arn }, { ...access, action }),
  );
  return (await Promise.all(verdicts)).every(Boolean);
}
