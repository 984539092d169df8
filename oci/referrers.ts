import { type Descriptor, manifestContent, type RawManifest } from "./manifestContent";
import { bodyOf, type RegistryConnection } from "./registryConnection";
import { RegistryRefusal } from "./registryRequest";

/** Manifests with the same subject: signatures, SBOMs, attestations. */
export interface Referrers {
  descriptors: readonly Descriptor[];
  /**
   * Whether the registry has the referrers API. Otherwise a tag derived from the subject's digest names an index of
   * them.
   */
  isListed: boolean;
}

/** The part of RegistryClient that is used here, without a circular import. */
interface Repository {
  readonly connection: RegistryConnection;
  manifest(reference: string): Promise<RawManifest>;
}

const mostPages = 1000;
const mostReferrers = 10_000;

/**
 * Lists a manifest's referrers as in the OCI distribution specification 1.1: from the referrers API, page by page, or
 * from the index under the subject's tag (Referrers Tag Schema).
 */
export async function listReferrers(repository: Repository, digest: string): Promise<Referrers> {
  const { connection } = repository;
  const found = new Map<string, Descriptor>();
  let next: URL | undefined = new URL(`/v2/${connection.repository}/referrers/${digest}`, connection.base);
  for (let page = 1; next !== undefined; page++) {
    if (page > mostPages) throw new RegistryRefusal(`${connection.base.host} never ends its list of referrers`);
    const address: URL = next;
    const answer = await connection.send(address);
    if (page === 1 && !isList(answer)) {
      return { descriptors: await taggedReferrers(repository, digest), isListed: false };
    }
    for (const entry of entriesIn({ body: bodyOf(answer), contentType: contentTypeOf(answer) })) {
      found.set(entry.digest, entry);
    }
    if (found.size > mostReferrers) {
      throw new RegistryRefusal(
        `${connection.base.host} lists more than ${mostReferrers.toLocaleString("en")} referrers of ${digest}`,
      );
    }
    next = nextPage(answer.headers["link"], address);
  }
  return { descriptors: [...found.values()], isListed: true };
}

/** The tag of a digest's referrers index; with a suffix, cosign's tag for a signature or SBOM. */
export function referrersTag(digest: string, suffix = ""): string {
  const [algorithm = "", hex = ""] = digest.split(":");
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}${suffix}`;
}

async function taggedReferrers(repository: Repository, digest: string): Promise<readonly Descriptor[]> {
  try {
    return entriesIn(await repository.manifest(referrersTag(digest)));
  } catch (error) {
    if (error instanceof RegistryRefusal && error.status === 404) return [];
    throw error;
  }
}

function entriesIn(manifest: RawManifest): readonly Descriptor[] {
  const content = manifestContent(manifest);
  return content.isIndex ? content.children : [];
}

/** Registries without the API respond with 404, or with whatever they use for unknown paths. */
function isList(answer: { status: number; headers: { "content-type"?: string } }): boolean {
  if (answer.status === 200) return contentTypeOf(answer) === "application/vnd.oci.image.index.v1+json";
  return ![400, 404, 405, 406, 410, 501].includes(answer.status);
}

function contentTypeOf({ headers }: { headers: { "content-type"?: string } }): string {
  return headers["content-type"]?.split(";", 1)[0]?.trim() ?? "";
}

/** The next page's URL. It must be on the same registry because the credentials are sent with it. */
function nextPage(link: string | string[] | undefined, current: URL): URL | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(String(link ?? ""))?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, current.href)) {
    throw new RegistryRefusal(`${current.host} gives no address for the next page`);
  }
  const url = new URL(target, current);
  if (url.origin !== current.origin) {
    throw new RegistryRefusal(`${current.host} continues its list of referrers at ${url.host}`);
  }
  return url;
}
