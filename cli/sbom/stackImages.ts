import type { StackOutputs } from "../stackOutputs";

/** An image of a stack, where a registry has it. */
export interface StackImage {
  /** Its key in config. */
  key: string;
  /** `<url>@<digest>`. */
  reference: string;
  /** Of the private registry that it is in; absent when it is in the public one, which needs no login. */
  region?: string;
}

/**
 * The images that a stack's outputs name, in the outputs' order.
 *
 * @param only The keys of the wanted ones. None: all.
 * @throws Error that names what is missing and what there is.
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
  const [kind, ...rest] = repository.split("/");
  const region = kind === "private" ? textAt(outputs["privateRepositories"], rest.join("/"), "region") : undefined;
  return { key, reference, ...(region !== undefined && { region }) };
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    value,
  );
  return typeof found === "string" ? found : undefined;
}
