// Types from ECR's rules that the arguments use.
export type {
  OneOrMore,
  PolicyCondition,
  PolicyDocument,
  PolicyPrincipal,
  PolicyStatement,
} from "../ecr/accessPolicy";
export type { PushCommands } from "../ecr/docker/pushCommands";
export type { Fault } from "../ecr/faults";
export type {
  LifecycleAction,
  LifecyclePolicyDocument,
  LifecyclePresetName,
  LifecycleRule,
  LifecycleRuleInput,
  LifecycleSelection,
} from "../ecr/lifecyclePolicy";
export type { PushPermissionOptions } from "../ecr/permissions/pushPermissions";
export type { TagExclusionFilter, TagMutabilitySettings } from "../ecr/tags/tagMutability";
export type { GitHubWorkflows, GitLabPipelines } from "../ecr/workloadIdentity";
export type { BuildSecret } from "./images/buildSecrets";
export {
  ContainerImage,
  type ContainerImageArgs,
  type ContainerImageSettings,
  type ImageBuild,
} from "./images/containerImage";
export type { ImageRepository, RegistryCredentials } from "./images/imageRepository";
export type { ImageTarget } from "./images/imageTargets";
export { MirroredImage, type MirroredImageArgs } from "./images/mirroredImage";
export { type PromotedImage, type PromotionArgs, promoteImage } from "./images/promotion";
export type { TagFrom } from "./images/tagStrategy";
export { InputRefused } from "./inputChecks";
export type { LifecycleInput } from "./lifecycleInput";
export { lambdaDeployPolicy, pullPolicy } from "./permissions/pullPolicy";
export { pushPolicy } from "./permissions/pushPolicy";
export { PushRole, type PushRoleArgs, type PushRoleTransforms } from "./permissions/pushRole";
export type { GrantedRole, GrantOptions, PushGrantOptions } from "./permissions/repositoryGrant";
export type { RepositoryReference } from "./permissions/repositoryReference";
export { Registry } from "./registry/registry";
export type {
  AccountSettingsArgs,
  CreationTemplateArgs,
  PullThroughCacheArgs,
  RegistryAdoptionArgs,
  RegistryArgs,
  RegistryScanningArgs,
  ReplicationRuleArgs,
} from "./registry/registryArgs";
export { RegistryEvents } from "./registry/registryEvents";
export type { RegistryEventsArgs } from "./registry/registryEventsArgs";
export type { AdoptionArgs } from "./repositories/adoption";
export type { CatalogDataArgs } from "./repositories/catalogData";
export {
  ExistingPrivateRepository,
  type ExistingPrivateRepositoryArgs,
} from "./repositories/existingPrivateRepository";
export { ExistingPublicRepository, type ExistingPublicRepositoryArgs } from "./repositories/existingPublicRepository";
export { PrivateRepository } from "./repositories/privateRepository";
export type { PrivateRepositoryArgs, PrivateRepositoryTransforms } from "./repositories/privateRepositoryArgs";
export {
  PublicRepository,
  type PublicRepositoryArgs,
  type PublicRepositoryTransforms,
} from "./repositories/publicRepository";
export type { AccessArgs, PublicAccessArgs } from "./repositories/repositoryAccess";
export type { Transform } from "./transform";
