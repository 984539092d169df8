import {
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import type { PropertyMap } from "../../../../provider/protocol/values";
import { equivalentLifecyclePolicies, equivalentPolicies, normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { ecr } from "./client";
import { lifecyclePolicySchema, repositoryPolicySchema } from "./schemas";

const lifecyclePolicyGone = ["LifecyclePolicyNotFoundException", "RepositoryNotFoundException"];
const repositoryPolicyGone = ["RepositoryNotFoundException", "RepositoryPolicyNotFoundException"];

export const ecrLifecyclePolicy: AwsResource = {
  type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  schema: lifecyclePolicySchema,
  // A repository has one policy: to delete the old one after the new one was put would delete the new one.
  deleteBeforeReplace: true,

  async create(inputs, scope) {
    const repository = String(inputs["repository"]);
    const output = await step(`creating ECR Lifecycle Policy (${repository})`, () =>
      send(
        ecr(scope),
        new PutLifecyclePolicyCommand({
          repositoryName: repository,
          lifecyclePolicyText: normalizeJson(String(inputs["policy"])),
        }),
      ),
    );
    return output.repositoryName ?? repository;
  },

  async read(id, known, scope) {
    return readUnlessGone(`ECR Lifecycle Policy (${id})`, lifecyclePolicyGone, async () => {
      const output = await send(ecr(scope), new GetLifecyclePolicyCommand({ repositoryName: id }));
      return {
        policy: policyState(known, output.lifecyclePolicyText ?? "", equivalentLifecyclePolicies),
        registryId: output.registryId ?? "",
        repository: output.repositoryName ?? id,
      };
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ECR Lifecycle Policy (${id})`, lifecyclePolicyGone, () =>
      send(ecr(scope), new DeleteLifecyclePolicyCommand({ repositoryName: id })),
    );
  },
};

async function setRepositoryPolicy(inputs: PropertyMap, scope: Scope): Promise<string> {
  const repository = String(inputs["repository"]);
  await step(`putting ECR Repository Policy (${repository})`, () =>
    send(
      ecr(scope),
      new SetRepositoryPolicyCommand({
        repositoryName: repository,
        policyText: normalizeJson(String(inputs["policy"])),
      }),
    ),
  );
  return repository;
}

export const ecrRepositoryPolicy: AwsResource = {
  type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
  schema: repositoryPolicySchema,
  deleteBeforeReplace: true,
  create: setRepositoryPolicy,

  async read(id, known, scope) {
    return readUnlessGone(`ECR Repository Policy (${id})`, repositoryPolicyGone, async () => {
      const output = await send(ecr(scope), new GetRepositoryPolicyCommand({ repositoryName: id }));
      return {
        policy: policyState(known, output.policyText ?? "", equivalentPolicies),
        registryId: output.registryId ?? "",
        repository: output.repositoryName ?? id,
      };
    });
  },

  async update(_id, _olds, news, _changed, scope) {
    await setRepositoryPolicy(news, scope);
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(`ECR Repository Policy (${id})`, repositoryPolicyGone, () =>
      send(
        ecr(scope),
        new DeleteRepositoryPolicyCommand({ repositoryName: id, registryId: String(outputs["registryId"]) }),
      ),
    );
  },
};
