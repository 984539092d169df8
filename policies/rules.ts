import type { Policies } from "@pulumi/policy";
import { accessActions, accessNotPublic } from "./access";
import { accessAccounts, accessPush } from "./accessPrincipals";
import { buildArguments } from "./buildArguments";
import { imageConsumers } from "./consumers";
import { costBudget } from "./costs";
import { encryptionMinimum } from "./encryption";
import { encryptionKey, keySettings } from "./encryptionKeys";
import { exceptionsInUse, exceptionsRule } from "./exceptions";
import { imageSources } from "./imageSources";
import { imageBases, imagePlatforms } from "./images";
import { imageTags, movingImageTags } from "./imageTags";
import { lifecycleChanges } from "./lifecycleChanges";
import { lifecycleDocument } from "./lifecycleDocument";
import { lifecycleLimits } from "./lifecycleLimits";
import { lifecyclePolicy } from "./lifecyclePolicy";
import { deletionProtection, repositoryNamePattern } from "./operations";
import { otherProviders } from "./otherProviders";
import { publicCatalogData, publicNames } from "./publicRepositories";
import { pushRoles } from "./pushRoles";
import { pushTrust } from "./pushTrust";
import { pullThroughCaches, replicationDestinations } from "./registry";
import { releaseTagsKept } from "./releaseTags";
import { requiredTags } from "./requiredTags";
import { imageScanning, scanOnPushRule } from "./scanning";
import { tagImmutability } from "./tagImmutability";

/** Every rule of the pack. The order matters: exceptions are read before, and looked over after, all others. */
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
