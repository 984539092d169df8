import {
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { equivalentLifecyclePolicies } from "../documents";
import { policyResource } from "../policyResource";
import { send } from "../send";
import { ecr } from "./ecrClient";
import { lifecyclePolicySchema, repositoryPolicySchema } from "./ecrSchemas";

/** Every change replaces it, so it is never updated. */
export const ecrLifecyclePolicy = policyResource({
  type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  schema: lifecyclePolicySchema,
  title: "ECR Lifecycle Policy",
  gone: ["LifecyclePolicyNotFoundException", "RepositoryNotFoundException"],
  equivalent: equivalentLifecyclePolicies,
  idInput: "repository",
  putting: (repository) => `creating ECR Lifecycle Policy (${repository})`,

  async put(repositoryName, lifecyclePolicyText, scope) {
    await send(ecr(scope), new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    return repositoryName;
  },

  async get(id, scope) {
    const found = await send(ecr(scope), new GetLifecyclePolicyCommand({ repositoryName: id }));
    const state = { registryId: found.registryId ?? "", repository: found.repositoryName ?? id };
    return { document: found.lifecyclePolicyText, state };
  },

  remove: (id, _outputs, scope) => send(ecr(scope), new DeleteLifecyclePolicyCommand({ repositoryName: id })),
});

export const ecrRepositoryPolicy = policyResource({
  type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  schema: repositoryPolicySchema,
  title: "ECR Repository Policy",
  gone: ["RepositoryNotFoundException", "RepositoryPolicyNotFoundException"],
  idInput: "repository",
  putting: (repository) => `putting ECR Repository Policy (${repository})`,

  async put(repositoryName, policyText, scope) {
    await send(ecr(scope), new SetRepositoryPolicyCommand({ repositoryName, policyText }));
    return repositoryName;
  },

  async get(id, scope) {
    const found = await send(ecr(scope), new GetRepositoryPolicyCommand({ repositoryName: id }));
    const state = { registryId: found.registryId ?? "", repository: found.repositoryName ?? id };
    return { document: found.policyText, state };
  },

  remove(id, outputs, scope) {
    const registryId = String(outputs["registryId"]);
    return send(ecr(scope), new DeleteRepositoryPolicyCommand({ repositoryName: id, registryId }));
  },
});
