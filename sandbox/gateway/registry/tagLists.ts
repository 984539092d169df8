import { pageSize, sendPage } from "./pages";
import { unsupported } from "./registryError";
import type { RepositoryRequest } from "./repositoryRequest";

/** `GET …/tags/list`, paged. */
export function handleTags(at: RepositoryRequest): void {
  const { context, repository, request, response, query, fullName } = at;
  if (request.method !== "GET") {
    throw unsupported(`${request.method} of the list of tags`);
  }
  const page = { size: pageSize(query.get("n")), last: query.get("last") };
  const tags = names(context.store.tagsFrom(repository, page.last ?? undefined));
  sendPage(request, response, `/v2/${fullName}/tags/list`, tags, page, (some) => ({ name: fullName, tags: some }));
}

function* names(tags: Iterable<[tag: string, digest: string]>): Iterable<string> {
  for (const [tag] of tags) yield tag;
}
