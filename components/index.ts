// What the arguments are made of, of ECR's own rules.
export type {
  OneOrMore,
  PolicyCondition,
  PolicyDocument,
  PolicyPrincipal,
  PolicyStatement,
} from "../ecr/accessPolicy";
export type { Fault } from "../ecr/faults";
export type {
  LifecycleAction,
  LifecyclePolicyDocument,
  LifecyclePresetName,
  LifecycleRule,
  LifecycleRuleInput,
  LifecycleSelection,
} from "../ecr/lifecyclePolicy";
export type { PushCommands } from "../ecr/pushCommands";
export type { PushPermissionOptions } from "../ecr/pushPermissions";
export type { TagExclusionFilter, TagMutabilitySettings } from "../ecr/tagMutability";
export type { GitHubWorkflows, GitLabPipelines } from "../ecr/workloadIdentity";
export {
  ContainerImage,
  type ContainerImageArgs,
  type ContainerImageSettings,
  containerImageFaults,
  type ImageBuild,
} from "./images/containerImage";
export type { ImageRepository, RegistryCredentials } from "./images/imageRepository";
export type { ImageTarget } from "./images/imageTargets";
export { MirroredImage, type MirroredImageArgs, mirroredImageFaults } from "./images/mirroredImage";
export { type PromotedImage, type PromotionArgs, promoteImage } from "./images/promotion";
export type { TagFrom } from "./images/tagStrategy";
export { InputRefused, refuseInput } from "./inputChecks";
export type { LifecycleInput } from "./lifecycleInput";
export { lambdaDeployPolicy, pullPolicy, pullPolicyFaults } from "./permissions/pullPolicy";
export { pushPolicy, pushPolicyFaults } from "./permissions/pushPolicy";
export { PushRole, type PushRoleArgs, pushRoleFaults } from "./permissions/pushRole";
export { Registry, registryFaults } from "./registry/registry";
export type {
  AccountSettingsArgs,
  CreationTemplateArgs,
  PullThroughCacheArgs,
  RegistryArgs,
  RegistryScanningArgs,
  ReplicationRuleArgs,
} from "./registry/registryArgs";
export { RegistryEvents, type RegistryEventsArgs, registryEventsFaults } from "./registry/registryEvents";
export type { AdoptionArgs } from "./repositories/adoption";
export type { CatalogDataArgs } from "./repositories/catalogData";
export {
  ExistingPrivateRepository,
  type ExistingPrivateRepositoryArgs,
} from "./repositories/existingPrivateRepository";
export { ExistingPublicRepository, type ExistingPublicRepositoryArgs } from "./repositories/existingPublicRepository";
export { PrivateRepository } from "./repositories/privateRepository";
export type { PrivateRepositoryArgs } from "./repositories/privateRepositoryArgs";
export {
  privateLifecyclePolicy,
  privateRepositoryFaults,
  privateTagSettings,
} from "./repositories/privateRepositorySettings";
export { publicTagSettings } from "./repositories/publicImages";
export { PublicRepository, type PublicRepositoryArgs, publicRepositoryFaults } from "./repositories/publicRepository";
export type { AccessArgs, PublicAccessArgs } from "./repositories/repositoryAccess";
export type { RepositoryReference } from "./repositories/repositoryReference";
