import type { Policies } from "@pulumi/policy";
import { accessAccounts, accessPush } from "./access/accessPrincipals";
import { accessActions, accessNotPublic } from "./access/accessStatements";
import { pushRoles } from "./access/pushRoles";
import { pushTrust } from "./access/pushTrust";
import { encryptionKey, keySettings } from "./encryption/encryptionKeys";
import { encryptionMinimum } from "./encryption/encryptionMinimum";
import { exceptionsInUse, exceptionsRule } from "./engine/exceptions";
import { buildArguments } from "./images/buildArguments";
import { imageBases } from "./images/imageBases";
import { imageConsumers } from "./images/imageConsumers";
import { imagePlatforms } from "./images/imagePlatforms";
import { imageSources } from "./images/imageSources";
import { lifecycleChanges } from "./lifecycle/lifecycleChanges";
import { lifecycleDocument } from "./lifecycle/lifecycleDocument";
import { lifecycleLimits } from "./lifecycle/lifecycleLimits";
import { lifecyclePolicy } from "./lifecycle/lifecyclePolicy";
import { releaseTagsKept } from "./lifecycle/releaseTagsKept";
import { stackImagesKept } from "./lifecycle/stackImagesKept";
import { costBudget } from "./operations/costBudget";
import { deletionProtection } from "./operations/deletionProtection";
import { otherProviders } from "./operations/otherProviders";
import { publicCatalogData, publicNames } from "./operations/publicRepositories";
import { repositoryNamePattern } from "./operations/repositoryNames";
import { requiredTags } from "./operations/requiredTags";
import { imageScanning, scanOnPushRule } from "./registry/imageScanning";
import { pullThroughCaches } from "./registry/pullThroughCaches";
import { replicationDestinations } from "./registry/replicationDestinations";
import { imageTags, movingImageTags } from "./tags/imageTags";
import { tagImmutability } from "./tags/tagImmutability";

/** Every rule of the pack. The order matters: the first one reads the exceptions, the last one checks them. */
export const rules: Policies = [
  exceptionsRule,
  encryptionMinimum,
  encryptionKey,
  keySettings,
  tagImmutability,
  movingImageTags,
  lifecyclePolicy,
  lifecycleDocument,
  lifecycleLimits,
  releaseTagsKept,
  stackImagesKept,
  lifecycleChanges,
  costBudget,
  accessNotPublic,
  accessActions,
  accessAccounts,
  accessPush,
  pushRoles,
  pushTrust,
  imageScanning,
  scanOnPushRule,
  publicNames,
  publicCatalogData,
  buildArguments,
  imageBases,
  imageSources,
  imagePlatforms,
  imageTags,
  imageConsumers,
  deletionProtection,
  repositoryNamePattern,
  requiredTags,
  pullThroughCaches,
  replicationDestinations,
  otherProviders,
  exceptionsInUse,
];
