import type { StateResource } from "../stackState";
import type { ImageState } from "./imageState";

/**
 * The resources that build one image, named `<first>` or `<first>:<turn>`. When a built image is gone, another resource
 * builds it again, because the previous one is already complete in the state.
 */
export class BuildAttempts {
  /**
   * @param type Type of the resources, such as `docker:index/image:Image`.
   * @param first Logical name, which includes the image's identity: a different image is a different resource.
   */
  constructor(
    private readonly type: string,
    private readonly first: string,
  ) {}

  /** The resource in the stack. */
  last(state: ImageState): StateResource | undefined {
    return state(this.type)
      .filter((each) => this.attemptOf(each) > 0)
      .sort((a, b) => this.attemptOf(b) - this.attemptOf(a))[0];
  }

  /** The name to register: that of the resource in the stack, or the next one if that no longer counts. */
  name(state: ImageState, made: StateResource | undefined): string {
    if (made !== undefined) return made.name;
    const gone = this.last(state);
    return gone === undefined ? this.first : `${this.first}:${this.attemptOf(gone) + 1}`;
  }

  private attemptOf({ name }: StateResource): number {
    if (name === this.first) return 1;
    return name.startsWith(`${this.first}:`) ? Number(name.slice(this.first.length + 1)) : 0;
  }
}
