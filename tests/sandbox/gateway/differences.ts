/** A call that the gateway and moto answer in different ways. */
export interface Difference {
  /** Another answer or error, or only other words of the same error. */
  in: "result" | "message";
  /** Who answers as ECR does; "both" when the words differ and the meaning does not, "neither" when ECR's are not known. */
  right: "gateway" | "moto" | "both" | "neither";
  why: string;
}

/** By the name of the call, as differentialSteps.ts has it. */
export const differences: Record<string, Difference> = {
  "create with an upper-case name": {
    in: "message",
    right: "gateway",
    why: "moto quotes an older pattern than the service's model has now.",
  },
  "create with a name of one letter": {
    in: "result",
    right: "gateway",
    why: "The model asks for 2 to 256 characters.",
  },
  "create with an unknown mutability": {
    in: "message",
    right: "gateway",
    why: "The service's form is the value set in brackets; moto has words of its own.",
  },
  "create with exclusions that are not allowed": {
    in: "message",
    right: "gateway",
    why: "moto says that the filters cannot be null, where they must be.",
  },
  "create with an exclusion of three wildcards": {
    in: "result",
    right: "gateway",
    why: "A filter has at most two wildcards (ECR user guide, image tag mutability).",
  },
  "create with a key and AES256": {
    in: "result",
    right: "gateway",
    why: "A key goes with KMS only (ECR API, EncryptionConfiguration).",
  },
  "make it immutable with exclusions, naming none": {
    in: "result",
    right: "gateway",
    why: "The setting needs one to five filters (ECR API, PutImageTagMutability).",
  },
  "tag it with a reserved key": {
    in: "result",
    right: "gateway",
    why: "Keys that begin with aws: are reserved (ECR user guide, tag restrictions).",
  },
  "list the tags of an ARN that is none": {
    in: "message",
    right: "both",
    why: "The same refusal; the gateway also says which ARN.",
  },
  "put a lifecycle policy with a wrong action": {
    in: "message",
    right: "gateway",
    why: "moto knows no action but expire; the service has transition too.",
  },
  "put a lifecycle policy that is no JSON": {
    in: "message",
    right: "both",
    why: "moto has the service's own words; the gateway says what is wrong and how to write it.",
  },
  "set a repository policy that is no JSON": {
    in: "message",
    right: "both",
    why: "moto has the service's own words; the gateway says what is wrong and how to write it.",
  },
  "set a repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR prints a policy in its own form (AWS CLI reference, set-repository-policy); moto gives the text back.",
  },
  "get the repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR prints a policy in its own form (AWS CLI reference, get-repository-policy); moto gives the text back.",
  },
  "delete the repository policy": {
    in: "result",
    right: "gateway",
    why: "ECR prints a policy in its own form (AWS CLI reference, delete-repository-policy); moto gives the text back.",
  },
  "put a registry policy": {
    in: "result",
    right: "gateway",
    why: "ECR prints a policy in its own form (aws-cloudformation-resource-providers-ecr, its registry policy's tests).",
  },
  "put a registry policy about pulls": {
    in: "result",
    right: "gateway",
    why: "In the policy scope V2, the default, a registry policy is about every action of ECR.",
  },
  "delete the registry policy": {
    in: "result",
    right: "gateway",
    why: "It is the one about pulls, which moto refused.",
  },
  "replicate to itself": {
    in: "message",
    right: "both",
    why: "moto has the service's own words; the gateway says which rule and destination.",
  },
  "scan continuously without enhanced scanning": {
    in: "result",
    right: "gateway",
    why: "CONTINUOUS_SCAN is for ENHANCED only (ECR API, RegistryScanningRule).",
  },
  "how repositories are scanned": {
    in: "result",
    right: "gateway",
    why: "moto repeats the failure's code as its reason; the model has a text there.",
  },
  "check layers": {
    in: "result",
    right: "gateway",
    why: "A layer that is not there is UNAVAILABLE (ECR API, LayerAvailability), not a failure.",
  },
  "get the address of a layer that is not there": {
    in: "result",
    right: "gateway",
    why: "moto has the operation by name only, and fails.",
  },
  "upload a part to an upload that is not there": {
    in: "message",
    right: "neither",
    why: "The same error; the service's exact words are not documented.",
  },
  "complete an upload that is not there": {
    in: "message",
    right: "neither",
    why: "The same error; the service's exact words are not documented.",
  },
  "put an image": {
    in: "result",
    right: "gateway",
    why: "An image's digest is the SHA-256 of its manifest; moto's is another.",
  },
  "put another under its tag": {
    in: "result",
    right: "gateway",
    why: "The repository is immutable: ImageTagAlreadyExistsException (ECR API, PutImage).",
  },
  "put one with another digest": {
    in: "result",
    right: "gateway",
    why: "ImageDigestDoesNotMatchException (ECR API, PutImage); moto does not compare.",
  },
  "put a manifest that is none": {
    in: "message",
    right: "gateway",
    why: "The service names the parameter; moto does not.",
  },
  "list images": { in: "result", right: "gateway", why: "moto took the image whose digest did not fit." },
  "describe images": {
    in: "result",
    right: "gateway",
    why: "The size is that of config and layers; moto leaves out the scan on push, the artifact type and the status.",
  },
  "get images": {
    in: "result",
    right: "gateway",
    why: "An identifier without tag and digest is MissingDigestAndTag; moto looks for the tag null.",
  },
  "scan an image": {
    in: "result",
    right: "gateway",
    why: "It was scanned on push, which counts (ECR API, StartImageScan); moto scans nothing on push.",
  },
  "delete an image": { in: "result", right: "gateway", why: "moto took the image whose digest did not fit." },
  "delete the repository": {
    in: "result",
    right: "gateway",
    why: "moto had taken the mutability without its filters.",
  },
};
