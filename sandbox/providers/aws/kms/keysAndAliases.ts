import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  type KeySpec,
  type KeyUsageType,
  PutKeyPolicyCommand,
  paginateListAliases,
  paginateListResourceTags,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import type { PropertyMap } from "../../../../provider/protocol/values";
import { equivalentPolicies, normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, errorMessage, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { type AwsServiceError, hasCode, send } from "../send";
import { tagChanges, tagState, updateTags } from "../tags";
import { kms as caller } from "./kmsClient";
import { aliasSchema, keySchema } from "./kmsSchemas";

export const kmsKey: AwsResource = {
  type: "aws:kms/key:Key",
  schema: keySchema,

  rules(inputs) {
    return inputs["rotationPeriodInDays"] !== undefined &&
      inputs["enableKeyRotation"] === false &&
      isDefault(inputs, "enableKeyRotation")
      ? [
          {
            property: "rotationPeriodInDays",
            reason: "rotationPeriodInDays: needs enableKeyRotation; set enableKeyRotation: true as well",
          },
        ]
      : [];
  },

  async create(inputs, scope) {
    const kms = caller(scope);
    const { KeyMetadata: metadata } = await step("creating KMS Key", () =>
      send(
        kms,
        new CreateKeyCommand({
          BypassPolicyLockoutSafetyCheck: inputs["bypassPolicyLockoutSafetyCheck"] === true,
          Description: typeof inputs["description"] === "string" ? inputs["description"] : undefined,
          KeySpec: inputs["customerMasterKeySpec"] as KeySpec,
          KeyUsage: inputs["keyUsage"] as KeyUsageType,
          MultiRegion: inputs["multiRegion"] === true ? true : undefined,
          Policy: typeof inputs["policy"] === "string" ? normalizeJson(inputs["policy"]) : undefined,
          Tags: tagChanges({}, inputs["tagsAll"]).set.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
        }),
      ),
    );
    const id = metadata?.KeyId;
    if (id === undefined) throw new Error("creating KMS Key: the service gave no key id");
    if (inputs["enableKeyRotation"] === true) await setRotation(id, inputs, scope);
    if (inputs["isEnabled"] === false) {
      await step(`disabling KMS Key (${id})`, () => send(kms, new DisableKeyCommand({ KeyId: id })));
    }
    return id;
  },

  async read(id, known, scope) {
    const kms = caller(scope);
    return step(`reading KMS Key (${id})`, async () => {
      const metadata = await findKey(id, scope);
      if (!metadata) return undefined;
      const { Policy } = await send(kms, new GetKeyPolicyCommand({ KeyId: id, PolicyName: "default" }));
      const rotation =
        metadata.Origin === "AWS_KMS" || metadata.Origin === undefined
          ? await send(kms, new GetKeyRotationStatusCommand({ KeyId: id }))
          : undefined;
      const tags: Record<string, string> = {};
      for await (const page of paginateListResourceTags({ client: kms.client }, { KeyId: id })) {
        for (const tag of page.Tags ?? []) tags[tag.TagKey ?? ""] = tag.TagValue ?? "";
      }
      const enabled = rotation?.KeyRotationEnabled === true;
      return {
        arn: metadata.Arn ?? "",
        customerMasterKeySpec: metadata.KeySpec ?? metadata.CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT",
        description: metadata.Description ?? "",
        enableKeyRotation: enabled,
        isEnabled: metadata.Enabled === true,
        keyId: metadata.KeyId ?? id,
        keyUsage: metadata.KeyUsage ?? "",
        multiRegion: metadata.MultiRegion === true,
        policy: policyState(known, Policy ?? "{}", equivalentPolicies),
        ...(rotation?.RotationPeriodInDays !== undefined && { rotationPeriodInDays: rotation.RotationPeriodInDays }),
        ...tagState(tags, known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const kms = caller(scope);
    // A disabled key cannot be changed, so enabling comes first and disabling last.
    if (changed("isEnabled") && news["isEnabled"] !== false) {
      await step(`enabling KMS Key (${id})`, () => send(kms, new EnableKeyCommand({ KeyId: id })));
    }
    if (changed("enableKeyRotation") || (news["enableKeyRotation"] === true && changed("rotationPeriodInDays"))) {
      await setRotation(id, news, scope);
    }
    if (changed("description")) {
      await step(`updating KMS Key (${id}) description`, () =>
        send(kms, new UpdateKeyDescriptionCommand({ KeyId: id, Description: String(news["description"] ?? "") })),
      );
    }
    if (changed("policy") && typeof news["policy"] === "string") {
      const policy = normalizeJson(news["policy"]);
      await step(`updating KMS Key (${id}) policy`, () =>
        send(
          kms,
          new PutKeyPolicyCommand({
            KeyId: id,
            PolicyName: "default",
            Policy: policy,
            BypassPolicyLockoutSafetyCheck: news["bypassPolicyLockoutSafetyCheck"] === true,
          }),
        ),
      );
    }
    await updateTags(`resource (${id})`, olds, news, {
      untag: (keys) => send(kms, new UntagResourceCommand({ KeyId: id, TagKeys: keys })),
      tag: (tags) =>
        send(
          kms,
          new TagResourceCommand({ KeyId: id, Tags: tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })) }),
        ),
    });
    if (changed("isEnabled") && news["isEnabled"] === false) {
      await step(`disabling KMS Key (${id})`, () => send(kms, new DisableKeyCommand({ KeyId: id })));
    }
  },

  async delete(id, outputs, scope) {
    const days = outputs["deletionWindowInDays"];
    try {
      await send(
        caller(scope),
        new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: typeof days === "number" ? days : undefined }),
      );
    } catch (error) {
      if (hasCode(error, "NotFoundException")) return;
      if (
        hasCode(error, "KMSInvalidStateException") &&
        (error as AwsServiceError).message.includes("pending deletion")
      ) {
        return;
      }
      throw new Error(`deleting KMS Key (${id}): ${errorMessage(error)}`);
    }
  },
};

export const kmsAlias: AwsResource = {
  type: "aws:kms/alias:Alias",
  schema: aliasSchema,
  naming: { property: "name", transform: (name) => (name.startsWith("alias/") ? name : `alias/${name}`) },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    await step(`creating KMS Alias (${name})`, () =>
      send(caller(scope), new CreateAliasCommand({ AliasName: name, TargetKeyId: String(inputs["targetKeyId"]) })),
    );
    return name;
  },

  async read(id, _known, scope) {
    return step(`reading KMS Alias (${id})`, async () => {
      for await (const page of paginateListAliases({ client: caller(scope).client }, {})) {
        const alias = page.Aliases?.find((candidate) => candidate.AliasName === id);
        // An alias without a key is reserved by AWS.
        if (!alias?.TargetKeyId) continue;
        const arn = alias.AliasArn ?? "";
        return {
          arn,
          name: id,
          targetKeyArn: arn.replace(/:alias\/.*$/, `:key/${alias.TargetKeyId}`),
          targetKeyId: alias.TargetKeyId,
        };
      }
      return undefined;
    });
  },

  async update(id, _olds, news, changed, scope) {
    if (!changed("targetKeyId")) return;
    await step(`updating KMS Alias (${id})`, () =>
      send(caller(scope), new UpdateAliasCommand({ AliasName: id, TargetKeyId: String(news["targetKeyId"]) })),
    );
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`KMS Alias (${id})`, ["NotFoundException"], () =>
      send(caller(scope), new DeleteAliasCommand({ AliasName: id })),
    );
  },
};

/** To a program, a key that is pending deletion no longer exists. */
async function findKey(id: string, scope: Scope): Promise<KeyMetadata | undefined> {
  return undefinedIfGone(["NotFoundException"], async () => {
    const { KeyMetadata: metadata } = await send(caller(scope), new DescribeKeyCommand({ KeyId: id }));
    const gone = metadata?.KeyState === "PendingDeletion" || metadata?.KeyState === "PendingReplicaDeletion";
    return gone ? undefined : metadata;
  });
}

async function setRotation(id: string, inputs: PropertyMap, scope: Scope): Promise<void> {
  const days = inputs["rotationPeriodInDays"];
  if (inputs["enableKeyRotation"] === true) {
    await step(`enabling KMS Key (${id}) rotation`, () =>
      send(
        caller(scope),
        new EnableKeyRotationCommand({
          KeyId: id,
          RotationPeriodInDays: typeof days === "number" && days > 0 ? days : undefined,
        }),
      ),
    );
  } else {
    await step(`disabling KMS Key (${id}) rotation`, () =>
      send(caller(scope), new DisableKeyRotationCommand({ KeyId: id })),
    );
  }
}

function isDefault(inputs: PropertyMap, key: string): boolean {
  const defaults = inputs["__defaults"];
  return Array.isArray(defaults) && defaults.includes(key);
}
