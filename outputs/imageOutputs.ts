import type * as pulumi from "@pulumi/pulumi";

/** An image's properties in the components. */
interface PublishedImage {
  tag: string;
  digest: pulumi.Output<string>;
  references: pulumi.Output<string>[];
}

/**
 * An image's entry in the outputs.
 *
 * @param repositories The repositories it is in, `private/<key>` or `public/<key>`, in the image's own order.
 */
export function imageOutputs({ tag, digest, references }: PublishedImage, repositories: readonly string[]) {
  return {
    reference: references[0],
    references: Object.fromEntries(repositories.map((name, index) => [name, references[index]])),
    repository: repositories[0],
    tag,
    digest,
  };
}
