import type { ProviderDefinition } from "../protocol/definition";
import { type AwsConnection, connect } from "./clients";
import { checkAwsConfig, readAwsConfig } from "./config";
import { vpcFunctions } from "./ec2/vpcs";
import { ecrPullThroughCacheRule, ecrRepositoryCreationTemplate } from "./ecrCacheAndTemplates";
import { ecrFunctions } from "./ecrFunctions";
import { ecrLifecyclePolicy, ecrRepositoryPolicy } from "./ecrPolicies";
import { ecrPublicFunctions } from "./ecrPublicFunctions";
import { ecrPublicRepository, ecrPublicRepositoryPolicy } from "./ecrPublicResources";
import {
  ecrAccountSetting,
  ecrPullTimeUpdateExclusion,
  ecrRegistryPolicy,
  ecrRegistryScanningConfiguration,
  ecrReplicationConfiguration,
} from "./ecrRegistryResources";
import { ecrRepository } from "./ecrRepository";
import { eventRule, eventTarget } from "./eventResources";
import { generalFunctions } from "./functions";
import { iamOpenIdConnectProvider } from "./iamOpenIdConnectProvider";
import { iamRolePolicy, iamRolePolicyAttachment } from "./iamPolicies";
import { iamPolicy } from "./iamPolicy";
import { iamRole } from "./iamRole";
import { kmsAlias, kmsKey } from "./kmsResources";
import { awsResource } from "./resource";
import { secret, secretVersion } from "./secretsResources";
import { snsTopic, snsTopicPolicy, snsTopicSubscription } from "./snsResources";
import { sqsQueue, sqsQueuePolicy } from "./sqsResources";
import { workloadResources } from "./workloads";

/** The stand-in for `pulumi-resource-aws`: the types that the project uses, translated to calls of the AWS SDK. */
export function awsProvider(version: string): ProviderDefinition<AwsConnection> {
  return {
    name: "aws",
    version,
    checkConfig: async (news) => checkAwsConfig(news),
    configure: (config, context) => connect(readAwsConfig(config), context),
    resources: [
      ecrRepository,
      ecrLifecyclePolicy,
      ecrRepositoryPolicy,
      ecrRegistryPolicy,
      ecrRegistryScanningConfiguration,
      ecrReplicationConfiguration,
      ecrPullThroughCacheRule,
      ecrRepositoryCreationTemplate,
      ecrAccountSetting,
      ecrPullTimeUpdateExclusion,
      ecrPublicRepository,
      ecrPublicRepositoryPolicy,
      kmsKey,
      kmsAlias,
      iamRole,
      iamRolePolicy,
      iamRolePolicyAttachment,
      secret,
      secretVersion,
      iamPolicy,
      iamOpenIdConnectProvider,
      snsTopic,
      snsTopicPolicy,
      snsTopicSubscription,
      sqsQueue,
      sqsQueuePolicy,
      eventRule,
      eventTarget,
      ...workloadResources,
    ].map(awsResource),
    functions: [...generalFunctions, ...ecrFunctions, ...ecrPublicFunctions, ...vpcFunctions],
  };
}
