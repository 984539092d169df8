import type { Failure } from "../../../provider/protocol/definition";
import type { PropertyMap, PropertyValue } from "../../../provider/protocol/values";
import type { Schema } from "../protocol/schema";
import { equivalentPolicies, normalizeJson, policyState } from "./documents";
import { deleteUnlessGone, readUnlessGone, step } from "./operations";
import type { AwsResource, Scope } from "./resource";

/** A policy document attached to one thing of the service, whose ID is the policy's too. */
export interface AttachedPolicy {
  readonly type: string;
  readonly schema: Schema;
  /** As the released provider names it in errors: `ECR Lifecycle Policy`. */
  readonly title: string;
  /** The service's error codes which mean that the policy no longer exists. */
  readonly gone: readonly string[];
  rules?(inputs: PropertyMap, region: PropertyValue): Failure[];
  /** Whether two documents are equivalent. Default: as IAM policies. */
  readonly equivalent?: (left: PropertyValue, right: PropertyValue) => boolean;
  /** The input that is the ID; absent when only the service knows it, and {@link put} returns it. */
  readonly idInput?: string;
  /** What the released provider calls the operation in errors: `putting ECR Repository Policy (app)`. */
  putting(id: string): string;
  /** @param document Canonical JSON. @returns The ID. */
  put(id: string, document: string, scope: Scope): Promise<string>;
  /** The document with the other properties; without a document when there is none. */
  get(id: string, scope: Scope): Promise<{ document: string | undefined; state: PropertyMap }>;
  remove(id: string, outputs: PropertyMap, scope: Scope): Promise<unknown>;
}

/** The resource of such a policy. A thing has only one: the old one is deleted before a new one is created. */
export function policyResource(policy: AttachedPolicy): AwsResource {
  const what = (id: string) => `${policy.title} (${id})`;
  const put = (id: string, inputs: PropertyMap, scope: Scope) =>
    step(policy.putting(id), () => policy.put(id, normalizeJson(String(inputs["policy"])), scope));
  return {
    type: policy.type,
    schema: policy.schema,
    deleteBeforeReplace: true,
    ...(policy.rules && { rules: policy.rules }),

    create: (inputs, scope) => put(policy.idInput === undefined ? "" : String(inputs[policy.idInput]), inputs, scope),

    read: (id, known, scope) =>
      readUnlessGone(what(id), policy.gone, async () => {
        const { document, state } = await policy.get(id, scope);
        const equal = policy.equivalent ?? equivalentPolicies;
        return document ? { policy: policyState(known, document, equal), ...state } : undefined;
      }),

    async update(id, _olds, news, _changed, scope) {
      await put(id, news, scope);
    },

    delete: (id, outputs, scope) => deleteUnlessGone(what(id), policy.gone, () => policy.remove(id, outputs, scope)),
  };
}
