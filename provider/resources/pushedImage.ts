import { z } from "zod";
import { findImage } from "../../oci/tags";
import type { CallContext, DiffRequest, PropertyChange, ReadResult, ResourceHandler } from "../protocol/definition";
import type { PropertyMap, PropertyValue } from "../protocol/values";
import { checkInputs, imageAddress, imageTag, login, readInputs } from "./inputs";
import { withRefusalAdvice } from "./refusal";
import { openRepository, withoutReference } from "./repositoryTarget";
import { type PushedImage, tagImage } from "./tagImage";

/** Differences between the resources that put an image into a repository. */
interface PushedImageDefinition<Inputs> {
  type: string;
  inputs: z.ZodType<Inputs>;
  /**
   * Inputs that determine which image is where. A different `repository` replaces the resource, any other change
   * updates it.
   */
  identifyingInputs: readonly string[];
  /** Puts the image there and tags it. */
  transfer(inputs: Inputs, context: CallContext): Promise<PushedImage>;
  /** What is known in a preview. @default the inputs */
  previewOutputs?(properties: PropertyMap): PropertyMap;
  /** Whether an image that the repository already has is only tagged, not transferred again. @default false */
  retagsExisting?: boolean;
}

/** An image that a resource puts into a repository. Deleting the resource leaves it there. */
export function pushedImage<Inputs>({
  type,
  inputs,
  identifyingInputs,
  transfer,
  previewOutputs = withoutLogins,
  retagsExisting = false,
}: PushedImageDefinition<Inputs>): ResourceHandler<void> {
  return {
    type,

    check: async ({ news }) => checkInputs(inputs, news),

    diff: async (request) => ({ changes: changesOf(request, identifyingInputs) }),

    async create(properties, _, context) {
      if (context.preview) return { id: "", outputs: previewOutputs(properties) };
      const placed = await transfer(readInputs(inputs, properties), context);
      return {
        id: withoutReference(String(properties["repository"])),
        outputs: { ...withoutLogins(properties), ...placed },
      };
    },

    async update(request, _, context) {
      if (context.preview) return previewOutputs(request.news);
      const tagged = retagsExisting ? await retag(request, identifyingInputs) : undefined;
      const placed = tagged ?? (await transfer(readInputs(inputs, request.news), context));
      return { ...withoutLogins(request.news), ...placed };
    },

    read: readImage,

    async delete() {
      // Lifecycle policies and the repository's deletion remove images; this one may still be in use elsewhere.
    },
  };
}

const targetInputs = z.looseObject({ repository: imageAddress, repositoryLogin: login, tag: imageTag }).partial();

/** The current state of an image in its repository. */
async function readImage({ id, inputs: known, outputs }: ReadRequest): Promise<ReadResult | undefined> {
  const { repository, repositoryLogin, tag } = targetInputs.parse(known);
  if (repository === undefined) throw new Error(`${id}: an image copy cannot be imported; write it in the program`);
  const digest = String(outputs["digest"]);
  const { client } = openRepository(repository, repositoryLogin);
  return withRefusalAdvice(`repository: ${repository}`, async () => {
    if ((await findImage(client, digest)) === undefined) return undefined;
    const tagged = tag === undefined ? undefined : await findImage(client, tag);
    return { id, inputs: known, outputs: { ...outputs, tagged: tagged?.digest ?? null } };
  });
}

/**
 * Restores or changes the tag of an image that the repository has, using only the registry, because the image's source
 * may be gone.
 *
 * @returns The resource's new outputs; undefined when the image must be transferred again.
 */
async function retag(
  { oldInputs, oldOutputs, news }: UpdateRequest,
  identifyingInputs: readonly string[],
): Promise<PushedImage | undefined> {
  if (identifyingInputs.some((each) => each !== "tag" && !isEqual(oldInputs[each], news[each]))) return undefined;
  const { repository, repositoryLogin, tag } = targetInputs.parse(news);
  const { digest } = oldOutputs;
  if (repository === undefined || typeof digest !== "string") return undefined;
  const target = openRepository(repository, repositoryLogin);
  return withRefusalAdvice(`repository: ${repository}`, async () => {
    const found = await findImage(target.client, digest);
    if (found === undefined) return undefined;
    return tagImage(target, { digest, mediaType: String(oldOutputs["mediaType"]) }, tag);
  });
}

type UpdateRequest = Parameters<ResourceHandler<void>["update"]>[0];
type ReadRequest = Parameters<ResourceHandler<void>["read"]>[0];

/** @param identifyingInputs Inputs that determine which image is where. */
export function changesOf(
  { oldInputs, oldOutputs, news }: DiffRequest,
  identifyingInputs: readonly string[],
): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  for (const property of identifyingInputs) {
    if (isEqual(oldInputs[property], news[property])) continue;
    changes[property] = { kind: "update", replace: property === "repository", inputDiff: true };
  }
  // A refresh found the tag missing or pointing to another image.
  const { tagged, digest } = oldOutputs;
  if (news["tag"] && "tagged" in oldOutputs && tagged !== digest) changes["tag"] ??= { kind: "update" };
  return changes;
}

function isEqual(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** Credentials differ on each run and are not part of the outputs. */
export function withoutLogins({ sourceLogin: _, repositoryLogin: __, ...rest }: PropertyMap): PropertyMap {
  return rest;
}
