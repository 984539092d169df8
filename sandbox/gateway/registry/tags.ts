import { RegistryError, sendJson, unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/** Tags of a page when the client does not say (docker-archive/migrator issue 96, genuinetools/reg issue 206). */
const defaultPage = 100;
/** The most that a client may ask for (google/go-containerregistry issue 681, with ECR's answer to more). */
const largestPage = 1000;

/** `GET …/tags/list`, with the specification's `n` and `last`, in lexical order. */
export function handleTags(at: RepositoryRequest): void {
  const { context, repository, request, query } = at;
  if (request.method !== "GET") {
    throw unsupported(`${request.method} of the list of tags`);
  }
  const limit = pageSize(query.get("n"));
  const last = query.get("last");
  const tags = context.store.tagsOf(repository).map(([tag]) => tag);
  const rest = last === null ? tags : tags.filter((tag) => tag > last);
  const page = rest.slice(0, limit);
  const next = new URLSearchParams({ n: String(limit), last: page.at(-1) ?? "" });
  const link = `<http://${request.headers.host}/v2/${at.fullName}/tags/list?${next}>; rel="next"`;
  sendJson(
    at.response,
    200,
    { name: at.fullName, tags: page },
    page.length > 0 && page.length < rest.length ? { Link: link } : {},
  );
}

function pageSize(text: string | null): number {
  if (text === null) {
    return defaultPage;
  }
  if (!/^\d{1,9}$/.test(text)) {
    throw new RegistryError(400, "PAGINATION_NUMBER_INVALID", "n is a whole number, 0 or more.");
  }
  if (Number(text) > largestPage) {
    const rule = `Member must have value less than or equal to ${largestPage}`;
    throw new RegistryError(
      405,
      "UNSUPPORTED",
      `Invalid parameter at 'maxResults' failed to satisfy constraint: '${rule}'`,
    );
  }
  return Number(text);
}
