/** Why a manifest cannot be stored, before conversion to an error of the API or of the registry protocol. */
export class PushRefusal extends Error {
  constructor(
    readonly reason:
      | "tagImmutable"
      | "tooManyTags"
      | "imageExists"
      | "manifestInvalid"
      | "digestMismatch"
      | "layersMissing"
      | "imagesMissing"
      | "repositoryMissing",
    message: string,
    readonly detail?: unknown,
  ) {
    super(message);
    this.name = "PushRefusal";
  }
}
