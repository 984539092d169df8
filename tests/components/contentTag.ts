import { type BuildInputs, contentDigest } from "../../components/images/buildContext";
import { contentTagPrefix } from "../../ecr/lifecyclePolicy";

/** The content tag of an image that has no tag strategy of its own. */
export function contentTag(inputs: BuildInputs): string {
  return contentTagPrefix + contentDigest(inputs);
}
