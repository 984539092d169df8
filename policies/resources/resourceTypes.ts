import { matchesAny } from "../engine/patterns";
import type { Subject } from "../engine/rule";
import { readProperty, Unknown } from "../engine/unknowns";

/** Type tokens: importing @pulumi/aws would add its load time to every start of the pack. */
export const resourceTypes = {
  repository: "aws:ecr/repository:Repository",
  creationTemplate: "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
  lifecyclePolicy: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  repositoryPolicy: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  registryPolicy: "aws:ecr/registryPolicy:RegistryPolicy",
  scanning: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
  replication: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
  pullThroughCache: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
  publicRepository: "aws:ecrpublic/repository:Repository",
  publicRepositoryPolicy: "aws:ecrpublic/repositoryPolicy:RepositoryPolicy",
  key: "aws:kms/key:Key",
  replicaKey: "aws:kms/replicaKey:ReplicaKey",
  externalKey: "aws:kms/externalKey:ExternalKey",
  replicaExternalKey: "aws:kms/replicaExternalKey:ReplicaExternalKey",
  keyPolicy: "aws:kms/keyPolicy:KeyPolicy",
  keyAlias: "aws:kms/alias:Alias",
  role: "aws:iam/role:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  userPolicy: "aws:iam/userPolicy:UserPolicy",
  groupPolicy: "aws:iam/groupPolicy:GroupPolicy",
  managedPolicy: "aws:iam/policy:Policy",
  rolePolicyAttachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  userPolicyAttachment: "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  groupPolicyAttachment: "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  policyAttachment: "aws:iam/policyAttachment:PolicyAttachment",
  taskDefinition: "aws:ecs/taskDefinition:TaskDefinition",
  function: "aws:lambda/function:Function",
  appRunnerService: "aws:apprunner/service:Service",
  batchJob: "aws:batch/jobDefinition:JobDefinition",
  codeBuildProject: "aws:codebuild/project:Project",
  sageMakerModel: "aws:sagemaker/model:Model",
  image: "docker:index/image:Image",
  registryImage: "docker:index/registryImage:RegistryImage",
  builtImage: "docker-build:index:Image",
  imageIndex: "docker-build:index:Index",
  imageCopy: "ecr:index:ImageCopy",
  imageTags: "ecr:index:ImageTags",
  imageUpload: "ecr:index:ImageUpload",
  platformIndex: "ecr:index:ImageIndex",
} as const;

/** Private repositories, and the templates that ECR creates them from. Both have the same properties. */
export const repositoryTypes: readonly string[] = [resourceTypes.repository, resourceTypes.creationTemplate];

/** A resource as messages name it, by its name in AWS or else by its name in the program: `repository "petclinic"`. */
export function labelled(kind: string, name: unknown, resource: { name: string }): string {
  return `${kind} ${JSON.stringify(typeof name === "string" ? name : resource.name)}`;
}

/** A repository or template as messages name it, with the name that config lists refer to. */
export interface RepositorySettings {
  kind: "repository" | "template";
  /** `repository "petclinic"` */
  label: string;
  /** The repository's name, or the template's prefix. */
  name: unknown;
}

export function repositorySettings(resource: Subject): RepositorySettings {
  if (resource.type === resourceTypes.creationTemplate) {
    const name = resource.read("prefix");
    return { kind: "template", label: labelled("creation template", name, resource), name };
  }
  const name = resource.read("name");
  return { kind: "repository", label: labelled("repository", name, resource), name };
}

/**
 * Whether a list in the config matches the repository's name. An Unknown when the name is not known yet and the answer
 * depends on it.
 */
export function isNamed(name: unknown, patterns: readonly string[]): boolean | Unknown {
  if (name instanceof Unknown) {
    return patterns.some((pattern) => /^\*+$/.test(pattern)) || (patterns.length > 0 && name);
  }
  return typeof name === "string" && matchesAny(name, patterns);
}

/** A list for messages: `"a", "b"`, or the given words for an empty one. */
export function listed(values: readonly string[], none: string): string {
  return values.length === 0 ? none : values.map((value) => JSON.stringify(value)).join(", ");
}

/** A resource's region: its own, or else its provider's; `undefined` when neither sets it or it is not known yet. */
export function regionOf(own: unknown, provider: Record<string, unknown> | undefined): string | undefined {
  const region = own ?? (provider && readProperty(provider, "region"));
  return typeof region === "string" ? region : undefined;
}
