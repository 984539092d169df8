import type { ProviderDefinition } from "../../../provider/protocol/definition";
import { notSupported } from "../protocol/notSupported";
import { type AwsConnection, connect } from "./clients";
import { cloudControlFunctions } from "./cloudControl/functions";
import { checkAwsConfig, readAwsConfig } from "./config";
import { vpcFunctions } from "./ec2/vpcs";
import { ecrPullThroughCacheRule, ecrRepositoryCreationTemplate } from "./ecr/cacheAndTemplates";
import { ecrFunctions } from "./ecr/functions";
import { ecrLifecyclePolicy, ecrRepositoryPolicy } from "./ecr/policies";
import {
  ecrAccountSetting,
  ecrPullTimeUpdateExclusion,
  ecrRegistryPolicy,
  ecrRegistryScanningConfiguration,
  ecrReplicationConfiguration,
} from "./ecr/registryResources";
import { ecrRepository } from "./ecr/repository";
import { ecrPublicFunctions } from "./ecrPublic/functions";
import { ecrPublicRepository, ecrPublicRepositoryPolicy } from "./ecrPublic/resources";
import { eventRule, eventTarget } from "./events/resources";
import { generalFunctions } from "./functions";
import { iamFunctions } from "./iam/functions";
import { iamOpenIdConnectProvider } from "./iam/openIdConnectProvider";
import { iamPolicy } from "./iam/policy";
import { iamRole } from "./iam/role";
import { iamRolePolicy, iamRolePolicyAttachment } from "./iam/rolePolicies";
import { kmsFunctions } from "./kms/functions";
import { kmsAlias, kmsKey } from "./kms/resources";
import { awsResource } from "./resource";
import { secret, secretVersion } from "./secretsManager/resources";
import { snsTopic, snsTopicPolicy, snsTopicSubscription } from "./sns/resources";
import { sqsQueue, sqsQueuePolicy } from "./sqs/resources";
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
    unsupported: notSupported,
    functions: [
      ...generalFunctions,
      ...cloudControlFunctions,
      ...ecrFunctions,
      ...ecrPublicFunctions,
      ...iamFunctions,
      ...kmsFunctions,
      ...vpcFunctions,
    ],
  };
}
