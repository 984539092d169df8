import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { StateResource } from "../stackState";
import type { ImageState } from "./imageState";

/** The type of docker.Image in a stack's state. */
const imageType = "docker:index/image:Image";

/**
 * The docker.Image resources that build one image, each named `<first>` or `<first>:<turn>`. What was built once and is gone is
 * built by another one, since the state holds the one before as done.
 */
export class DockerImages {
  /** @param first the logical name, which holds the image's identity: another image is another resource */
  constructor(
    private readonly parent: pulumi.ComponentResource,
    private readonly first: string,
  ) {}

  /** The one that the stack has. */
  last(state: ImageState): StateResource | undefined {
    return state(imageType)
      .filter((each) => this.turnOf(each) > 0)
      .sort((a, b) => this.turnOf(b) - this.turnOf(a))[0];
  }

  /** Registers the one that the stack has, as it is; without one that still counts, the next. */
  register(
    state: ImageState,
    made: StateResource | undefined,
    args: docker.ImageArgs,
    opts: pulumi.CustomResourceOptions,
  ): docker.Image {
    return new docker.Image(made?.name ?? this.next(state), args, {
      parent: this.parent,
      // All that could differ is no change: where the project lies is part of the provider's digest of links.
      ignoreChanges: ["build", "skipPush"],
      ...opts,
    });
  }

  private next(state: ImageState): string {
    const gone = this.last(state);
    return gone === undefined ? this.first : `${this.first}:${this.turnOf(gone) + 1}`;
  }

  private turnOf({ name }: StateResource): number {
    if (name === this.first) return 1;
    return name.startsWith(`${this.first}:`) ? Number(name.slice(this.first.length + 1)) : 0;
  }
}
