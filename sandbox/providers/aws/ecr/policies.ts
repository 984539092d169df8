import {
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import type { PropertyMap, PropertyValue } from "../../protocol/values";
import { equivalentLifecyclePolicies, equivalentPolicies, normalizeJson } from "../documents";
import { deleteUnlessGone, step, textOf } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { hasCode, send } from "../send";
import { lifecyclePolicySchema, repositoryPolicySchema } from "./schemas";

export const ecrLifecyclePolicy: AwsResource = {
  type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  schema: lifecyclePolicySchema,
  // A repository has one policy: to delete the old one after the new one was put would delete the new one.
  deleteBeforeReplace: true,

  async create(inputs, scope) {
    const repository = String(inputs["repository"]);
    const output = await step(`creating ECR Lifecycle Policy (${repository})`, () =>
      send(
        scope.connection.ecr(scope.region, scope.context),
        new PutLifecyclePolicyCommand({
          repositoryName: repository,
          lifecyclePolicyText: normalizeJson(String(inputs["policy"])),
        }),
      ),
    );
    return output.repositoryName ?? repository;
  },

  async read(id, known, scope) {
    try {
      const output = await send(
        scope.connection.ecr(scope.region, scope.context),
        new GetLifecyclePolicyCommand({ repositoryName: id }),
      );
      return {
        policy: policyState(known, output.lifecyclePolicyText ?? "", equivalentLifecyclePolicies),
        registryId: output.registryId ?? "",
        repository: output.repositoryName ?? id,
      };
    } catch (error) {
      if (hasCode(error, "LifecyclePolicyNotFoundException", "RepositoryNotFoundException")) return undefined;
      throw new Error(`reading ECR Lifecycle Policy (${id}): ${textOf(error)}`);
    }
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(
      `ECR Lifecycle Policy (${id})`,
      ["LifecyclePolicyNotFoundException", "RepositoryNotFoundException"],
      () =>
        send(
          scope.connection.ecr(scope.region, scope.context),
          new DeleteLifecyclePolicyCommand({ repositoryName: id }),
        ),
    );
  },
};

async function setRepositoryPolicy(inputs: PropertyMap, scope: Scope): Promise<string> {
  const repository = String(inputs["repository"]);
  await step(`putting ECR Repository Policy (${repository})`, () =>
    send(
      scope.connection.ecr(scope.region, scope.context),
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
    try {
      const output = await send(
        scope.connection.ecr(scope.region, scope.context),
        new GetRepositoryPolicyCommand({ repositoryName: id }),
      );
      return {
        policy: policyState(known, output.policyText ?? "", equivalentPolicies),
        registryId: output.registryId ?? "",
        repository: output.repositoryName ?? id,
      };
    } catch (error) {
      if (hasCode(error, "RepositoryNotFoundException", "RepositoryPolicyNotFoundException")) return undefined;
      throw new Error(`reading ECR Repository Policy (${id}): ${textOf(error)}`);
    }
  },

  async update(_id, _olds, news, _changed, scope) {
    await setRepositoryPolicy(news, scope);
  },

  async delete(id, outputs, scope) {
    await deleteUnlessGone(
      `ECR Repository Policy (${id})`,
      ["RepositoryNotFoundException", "RepositoryPolicyNotFoundException"],
      () =>
        send(
          scope.connection.ecr(scope.region, scope.context),
          new DeleteRepositoryPolicyCommand({ repositoryName: id, registryId: String(outputs["registryId"]) }),
        ),
    );
  },
};

/** What was written last as long as the service's document means the same: else every refresh would find a change. */
export function policyState(
  known: PropertyMap,
  found: string,
  equal: (left: PropertyValue, right: PropertyValue) => boolean = equivalentPolicies,
  property = "policy",
): string {
  const written = known[property];
  return normalizeJson(typeof written === "string" && written !== "" && equal(written, found) ? written : found);
}
