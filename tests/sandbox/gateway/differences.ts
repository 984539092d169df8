/** A call that the gateway and moto answer differently. */
export interface Difference {
  /** "result" for another answer or error, "message" for the same error in other words. */
  in: "result" | "message";
  /** Which one answers as ECR does; "both" when only the wording differs, "neither" when ECR's wording is unknown. */
  right: "gateway" | "moto" | "both" | "neither";
  why: string;
}

/** Keyed by the call's name in differentialSteps.ts. */
export const differences: Record<string, Difference> = {
  "create with an upper-case name": {
    in: "message",
    right: "gateway",
    why: "moto quotes an older pattern than the current service model.",
  },
  "create with a one-letter name": {
    in: "result",
    right: "gateway",
    why: "The service model requires 2 to 256 characters.",
  },
  "create with an unknown mutability": {
    in: "message",
    right: "gateway",
    why: "The service lists the allowed values in brackets; moto's wording differs.",
  },
  "create with exclusion filters for a mutability without exclusions": {
    in: "message",
    right: "gateway",
    why: "moto says that the filters cannot be null, but here they must be.",
  },
  "create with an exclusion filter with three wildcards": {
    in: "result",
    right: "gateway",
    why: "A filter has at most two wildcards (ECR user guide, image tag mutability).",
  },
  "create with a key and AES256": {
    in: "result",
    right: "gateway",
    why: "A key is allowed only with KMS (ECR API, EncryptionConfiguration).",
  },
  "make it immutable with exclusions, but without filters": {
    in: "result",
    right: "gateway",
    why: "The setting requires one to five filters (ECR API, PutImageTagMutability).",
  },
  "tag it with a reserved key": {
    in: "result",
    right: "gateway",
    why: "Keys that begin with aws: are reserved (ECR user guide, tag restrictions).",
  },
  "list the tags of an invalid ARN": {
    in: "message",
    right: "both",
    why: "The same error; the gateway also names the ARN.",
  },
  "put a lifecycle policy with an invalid action": {
    in: "message",
    right: "gateway",
    why: "moto knows only the action expire; the service also has transition.",
  },
  "put a lifecycle policy that is not JSON": {
    in: "message",
    right: "both",
    why: "moto has the service's wording; the gateway says what is wrong and how to write it.",
  },
  "set a repository policy that is not JSON": {
    in: "message",
    right: "both",
    why: "moto has the service's wording; the gateway says what is wrong and how to write it.",
  },
  "set a repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR returns a policy in its own format (AWS CLI reference, set-repository-policy); moto returns it as sent.",
  },
  "get the repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR returns a policy in its own format (AWS CLI reference, get-repository-policy); moto returns it as sent.",
  },
  "delete the repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR returns a policy in its own format (AWS CLI reference, delete-repository-policy); moto returns it as sent.",
  },
  "put a registry policy": {
    in: "result",
    right: "gateway",
    why: "ECR returns a policy in its own format (aws-cloudformation-resource-providers-ecr, tests of its registry policy).",
  },
  "put a registry policy about pulls": {
    in: "result",
    right: "gateway",
    why: "In the policy scope V2, the default, a registry policy applies to every ECR action.",
  },
  "delete the registry policy": {
    in: "result",
    right: "gateway",
    why: "It is the policy about pulls, which moto rejected.",
  },
  "replicate a registry to itself": {
    in: "message",
    right: "both",
    why: "moto has the service's wording; the gateway names the rule and the destination.",
  },
  "scan continuously without enhanced scanning": {
    in: "result",
    right: "gateway",
    why: "CONTINUOUS_SCAN is valid only with ENHANCED (ECR API, RegistryScanningRule).",
  },
  "get the scanning configuration of repositories": {
    in: "result",
    right: "gateway",
    why: "moto repeats the failure's code as its reason; the model has a message there.",
  },
  "check layers": {
    in: "result",
    right: "gateway",
    why: "A missing layer is UNAVAILABLE (ECR API, LayerAvailability), not a failure.",
  },
  "get the download URL of a nonexistent layer": {
    in: "result",
    right: "gateway",
    why: "moto does not implement the operation, and fails.",
  },
  "upload a part to a nonexistent upload": {
    in: "message",
    right: "neither",
    why: "The same error; the service's exact wording is not documented.",
  },
  "complete a nonexistent upload": {
    in: "message",
    right: "neither",
    why: "The same error; the service's exact wording is not documented.",
  },
  "put an image": {
    in: "result",
    right: "gateway",
    why: "An image's digest is the SHA-256 of its manifest; moto's is not.",
  },
  "put another image under its tag": {
    in: "result",
    right: "gateway",
    why: "The repository is immutable: ImageTagAlreadyExistsException (ECR API, PutImage).",
  },
  "put an image with a wrong digest": {
    in: "result",
    right: "gateway",
    why: "ImageDigestDoesNotMatchException (ECR API, PutImage); moto does not compare.",
  },
  "put an invalid manifest": {
    in: "message",
    right: "gateway",
    why: "The service names the parameter; moto does not.",
  },
  "list images": { in: "result", right: "gateway", why: "moto accepted the image with the wrong digest." },
  "describe images": {
    in: "result",
    right: "gateway",
    why: "The size is that of config and layers; moto omits the scan on push, the artifact type and the status.",
  },
  "get images": {
    in: "result",
    right: "gateway",
    why: "An identifier without tag and digest fails with MissingDigestAndTag; moto looks for the tag null.",
  },
  "scan an image": {
    in: "result",
    right: "gateway",
    why: "It was already scanned on push, which counts (ECR API, StartImageScan); moto scans nothing on push.",
  },
  "delete an image": { in: "result", right: "gateway", why: "moto accepted the image with the wrong digest." },
  "delete the repository": {
    in: "result",
    right: "gateway",
    why: "moto had accepted the mutability without its filters.",
  },
};
