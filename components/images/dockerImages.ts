import * as fs from "node:fs";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { StateResource } from "../stackState";
import { BuildAttempts } from "./buildAttempts";
import type { ImageState } from "./imageState";

/** The docker.Image resources that build one image. */
export class DockerImages {
  private readonly attempts: BuildAttempts;

  /** @param first See BuildTurns. */
  constructor(
    private readonly parent: pulumi.ComponentResource,
    first: string,
  ) {
    this.attempts = new BuildAttempts("docker:index/image:Image", first);
  }

  /**
   * The resource in the stack. Undefined when it was built from another folder or Dockerfile: the provider reads those
   * again on each run and would fail on paths that have moved.
   */
  last(state: ImageState, build: docker.types.input.DockerBuild): StateResource | undefined {
    const last = this.attempts.last(state);
    return last === undefined || isFrom(last, build) ? last : undefined;
  }

  /** Registers the resource in the stack unchanged, or the next one if that no longer counts. */
  register(
    state: ImageState,
    made: StateResource | undefined,
    args: docker.ImageArgs,
    opts: pulumi.CustomResourceOptions,
  ): docker.Image {
    return new docker.Image(this.attempts.name(state, made), args, {
      parent: this.parent,
      // No difference is a change: the project's location is part of the provider's digest of links.
      ignoreChanges: ["build", "skipPush"],
      // The provider deletes nothing, but would connect to an engine to do so.
      retainOnDelete: true,
      ...opts,
    });
  }
}

function isFrom({ outputs }: StateResource, { context, dockerfile }: docker.types.input.DockerBuild): boolean {
  const [folder, file] = [String(context), String(dockerfile)];
  return (
    (outputs["context"] ?? folder) === folder &&
    (outputs["dockerfile"] ?? pathInContext(folder, file)) === pathInContext(folder, file)
  );
}

/** The Dockerfile's path as in the provider: relative to the folder, with links resolved. */
function pathInContext(context: string, dockerfile: string): string {
  return path.relative(fs.realpathSync(context), fs.realpathSync(dockerfile));
}
