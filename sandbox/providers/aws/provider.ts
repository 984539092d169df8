import type { ProviderDefinition } from "../../../provider/protocol/definition";
import { notSupported } from "../protocol/notSupported";
import { type AwsConnection, connect } from "./clients";
import { cloudControlFunctions } from "./cloudControl/cloudControlFunctions";
import { checkAwsConfig, readAwsConfig } from "./config";
import { vpcFunctions } from "./ec2/vpcs";
import { ecrPullThroughCacheRule, ecrRepositoryCreationTemplate } from "./ecr/cacheAndTemplates";
import { ecrFunctions } from "./ecr/ecrFunctions";
import {
  ecrAccountSetting,
  ecrPullTimeUpdateExclusion,
  ecrRegistryPolicy,
  ecrRegistryScanningConfiguration,
  ecrReplicationConfiguration,
} from "./ecr/registryResources";
import { ecrRepository } from "./ecr/repository";
import { ecrLifecyclePolicy, ecrRepositoryPolicy } from "./ecr/repositoryPolicies";
import { ecrPublicFunctions } from "./ecrPublic/ecrPublicFunctions";
import { ecrPublicRepository, ecrPublicRepositoryPolicy } from "./ecrPublic/publicRepositories";
import { eventRule, eventTarget } from "./events/eventRules";
import { generalFunctions } from "./functions";
import { iamFunctions } from "./iam/iamFunctions";
import { iamOpenIdConnectProvider } from "./iam/openIdConnectProvider";
import { iamPolicy } from "./iam/policy";
import { iamRole } from "./iam/role";
import { iamRolePolicy, iamRolePolicyAttachment } from "./iam/rolePolicies";
import { kmsAlias, kmsKey } from "./kms/keysAndAliases";
import { kmsFunctions } from "./kms/kmsFunctions";
import { awsResource } from "./resource";
import { secret, secretVersion } from "./secretsManager/secrets";
import { snsTopic, snsTopicPolicy, snsTopicSubscription } from "./sns/topics";
import { sqsQueue, sqsQueuePolicy } from "./sqs/queues";
import { workloadResources } from "./workloads";

/** The stand-in for `pulumi-resource-aws`: implements the types this project uses with AWS SDK calls. */
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
