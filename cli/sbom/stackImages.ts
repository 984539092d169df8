import { refuseFaults } from "../../ecr/faults";
import { accountFaults } from "../../ecr/names/accounts";
import { imageReferenceFaults } from "../../ecr/names/imageReference";
import { regionFaults } from "../../ecr/names/regions";
import { publicSourceRefusal } from "../../ecr/registry/registryLogin";
import { isObject } from "../../ecr/values/jsonObjects";
import type { StackOutputs } from "../stackOutputs";

/** An image of a stack in a registry. */
export interface StackImage {
  /** Its key in the config. */
  key: string;
  /** `<url>@<digest>`. */
  reference: string;
  /** Its private registry; absent for an image in the public registry, which needs no login. */
  registry?: { region: string; registryId: string };
}

/**
 * The images in a stack's outputs, in order.
 *
 * @param only Keys of the requested images. Empty: all.
 * @throws Error that names what is missing and what exists.
 */
export function stackImages(outputs: StackOutputs, only: readonly string[] = []): StackImage[] {
  const images = new Map(
    Object.entries(outputs["images"] ?? {}).map(([key, value]) => [key, stackImage(outputs, key, value)]),
  );
  if (images.size === 0) {
    throw new Error("the stack has no images: its output `images` is empty or missing. Run `npm run up` on it first.");
  }
  const missing = only.filter((key) => !images.has(key));
  if (missing.length > 0) {
    throw new Error(
      `the stack has no image ${missing.join(", ")}. Its output \`images\` has ${[...images.keys()].join(", ")}.`,
    );
  }
  return [...images.values()].filter(({ key }) => only.length === 0 || only.includes(key));
}

function stackImage(outputs: StackOutputs, key: string, value: unknown): StackImage {
  const reference = textAt(value, "reference");
  const repository = textAt(value, "repository") ?? "";
  if (reference === undefined) {
    throw new Error(`the output \`images.${key}\` has no \`reference\`. Run \`npm run up\` on the stack first.`);
  }
  refuseFaults(`the output \`images.${key}\``, imageReferenceFaults(reference, "reference"));
  const [kind, ...rest] = repository.split("/");
  if (kind === "private") return { key, reference, registry: privateRegistry(outputs, rest.join("/")) };
  // Pulled without our credentials, but possibly with the user's own for the host in the outputs.
  const refusal =
    kind === "public" ? publicSourceRefusal(reference.split("/", 1).join("")) : "that is neither private nor public";
  if (refusal === undefined) return { key, reference };
  throw new Error(
    `the output \`images.${key}\` says that ${JSON.stringify(repository)} has ${reference}, but ${refusal}. Nothing was sent. ` +
      "Find out who changed the stack's outputs.",
  );
}

function privateRegistry(outputs: StackOutputs, repository: string): StackImage["registry"] {
  const region = textAt(outputs["privateRepositories"], repository, "region");
  const registryId = textAt(outputs["privateRepositories"], repository, "registryId");
  refuseFaults(`the output \`privateRepositories.${repository}\``, [
    ...regionFaults(region, "region"),
    ...accountFaults(registryId, "registryId"),
  ]);
  return { region: region ?? "", registryId: registryId ?? "" };
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce<unknown>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    value,
  );
  return typeof found === "string" ? found : undefined;
}
