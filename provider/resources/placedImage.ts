import { z } from "zod";
import { findImage } from "../../oci/tags";
import type { CallContext, DiffRequest, PropertyChange, ReadResult, ResourceHandler } from "../protocol/definition";
import type { PropertyMap, PropertyValue } from "../protocol/values";
import { checkInputs, imageAddress, imageTag, login, readInputs } from "./inputs";
import { telling } from "./refusal";
import { repositoryAt, withoutReference } from "./repositoryAt";
import { type PlacedImage, tagImage } from "./tagImage";

/** What the resources that bring an image into a repository differ in. */
interface Placing<Inputs> {
  type: string;
  inputs: z.ZodType<Inputs>;
  /** The inputs that decide which image is where; another `repository` is another resource, all else a change of this one. */
  deciding: readonly string[];
  /** Brings the image there, and tags it. */
  bring(inputs: Inputs, context: CallContext): Promise<PlacedImage>;
  /** What a preview can say. @default the inputs */
  foresee?(properties: PropertyMap): PropertyMap;
  /** Whether an image that the repository holds is given its tag without being brought again. @default false */
  tagsWhatIsThere?: boolean;
}

/** An image that a resource brings into a repository. Deletion leaves it there. */
export function placedImage<Inputs>({
  type,
  inputs,
  deciding,
  bring,
  foresee = withoutLogins,
  tagsWhatIsThere = false,
}: Placing<Inputs>): ResourceHandler<void> {
  return {
    type,

    check: async ({ news }) => checkInputs(inputs, news),

    diff: async (request) => ({ changes: changesOf(request, deciding) }),

    async create(properties, _, context) {
      if (context.preview) return { id: "", outputs: foresee(properties) };
      const placed = await bring(readInputs(inputs, properties), context);
      return {
        id: withoutReference(String(properties["repository"])),
        outputs: { ...withoutLogins(properties), ...placed },
      };
    },

    async update(request, _, context) {
      if (context.preview) return foresee(request.news);
      const tagged = tagsWhatIsThere ? await tagAgain(request, deciding) : undefined;
      const placed = tagged ?? (await bring(readInputs(inputs, request.news), context));
      return { ...withoutLogins(request.news), ...placed };
    },

    read: readImage,

    async delete() {
      // Lifecycle policies and the repository's deletion remove images; others may run this one.
    },
  };
}

const placed = z.looseObject({ repository: imageAddress, repositoryLogin: login, tag: imageTag }).partial();

/** What a repository has of an image that was brought there. */
async function readImage({ id, inputs: known, outputs }: ReadRequest): Promise<ReadResult | undefined> {
  const { repository, repositoryLogin, tag } = placed.parse(known);
  if (repository === undefined) throw new Error(`${id}: an image copy cannot be imported; write it into the program`);
  const digest = String(outputs["digest"]);
  const { client } = repositoryAt(repository, repositoryLogin);
  return telling(`repository: ${repository}`, async () => {
    if ((await findImage(client, digest)) === undefined) return undefined;
    const tagged = tag === undefined ? undefined : await findImage(client, tag);
    return { id, inputs: known, outputs: { ...outputs, tagged: tagged?.digest ?? null } };
  });
}

/**
 * Gives an image that the repository holds the tag that it lost, or another one, from the registry alone: what it was made from may be gone.
 *
 * @returns What the resource says then; undefined when the image has to be brought again.
 */
async function tagAgain(
  { oldInputs, oldOutputs, news }: UpdateRequest,
  deciding: readonly string[],
): Promise<PlacedImage | undefined> {
  if (deciding.some((each) => each !== "tag" && !same(oldInputs[each], news[each]))) return undefined;
  const { repository, repositoryLogin, tag } = placed.parse(news);
  const { digest } = oldOutputs;
  if (repository === undefined || typeof digest !== "string") return undefined;
  const target = repositoryAt(repository, repositoryLogin);
  return telling(`repository: ${repository}`, async () => {
    const found = await findImage(target.client, digest);
    if (found === undefined) return undefined;
    return tagImage(target, { digest, mediaType: String(oldOutputs["mediaType"]) }, tag);
  });
}

type UpdateRequest = Parameters<ResourceHandler<void>["update"]>[0];
type ReadRequest = Parameters<ResourceHandler<void>["read"]>[0];

/** @param deciding the inputs that decide which image is where */
export function changesOf(
  { oldInputs, oldOutputs, news }: DiffRequest,
  deciding: readonly string[],
): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  for (const property of deciding) {
    if (same(oldInputs[property], news[property])) continue;
    changes[property] = { kind: "update", replace: property === "repository", inputDiff: true };
  }
  // As a refresh found it: the tag is gone, or names another image.
  const { tagged, digest } = oldOutputs;
  if (news["tag"] && "tagged" in oldOutputs && tagged !== digest) changes["tag"] ??= { kind: "update" };
  return changes;
}

function same(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Logins are another one at each run, and in no output. */
export function withoutLogins({ sourceLogin: _, repositoryLogin: __, ...rest }: PropertyMap): PropertyMap {
  return rest;
}
