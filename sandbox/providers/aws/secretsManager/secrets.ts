import {
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  type DescribeSecretResponse,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { asString, asStrings, type PropertyMap, Secret } from "../../../../provider/protocol/values";
import { normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { hasCode, send } from "../send";
import { serviceCaller } from "../serviceCaller";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { onlyOneOf } from "../valueRules";
import { secretSchema, secretVersionSchema } from "./secretsManagerSchemas";

const secretsManager = serviceCaller("Secrets Manager", "secretsmanager", () => SecretsManagerClient);
const currentStage = "AWSCURRENT";
const gone = ["ResourceNotFoundException"];

export const secret: AwsResource = {
  type: "aws:secretsmanager/secret:Secret",
  schema: secretSchema,
  naming: { property: "name", transform: (name) => name },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    const { ARN } = await step(`creating Secrets Manager Secret (${name})`, () =>
      send(
        secretsManager(scope),
        new CreateSecretCommand({
          Name: name,
          Description: asString(inputs["description"]),
          ForceOverwriteReplicaSecret: inputs["forceOverwriteReplicaSecret"] === true,
          KmsKeyId: asString(inputs["kmsKeyId"]),
          Tags: asTagList(inputs["tagsAll"]),
        }),
      ),
    );
    if (ARN === undefined) throw new Error(`creating Secrets Manager Secret (${name}): the service gave no ARN`);
    if (hasPolicy(inputs)) await putPolicy(ARN, inputs, scope);
    return ARN;
  },

  async read(id, known, scope) {
    return readUnlessGone(`Secrets Manager Secret (${id})`, gone, async () => {
      const found = await describe(id, scope);
      if (!found) return undefined;
      const { ResourcePolicy } = await send(secretsManager(scope), new GetResourcePolicyCommand({ SecretId: id }));
      return {
        arn: found.ARN ?? id,
        description: found.Description ?? "",
        kmsKeyId: found.KmsKeyId ?? "",
        name: found.Name ?? "",
        policy: ResourcePolicy ? policyState(known, ResourcePolicy) : "",
        ...tagState(fromTagList(found.Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const client = secretsManager(scope);
    if (changed("description") || changed("kmsKeyId")) {
      await step(`updating Secrets Manager Secret (${id})`, () =>
        send(
          client,
          new UpdateSecretCommand({
            SecretId: id,
            Description: asString(news["description"]) ?? "",
            KmsKeyId: asString(news["kmsKeyId"]),
          }),
        ),
      );
    }
    if (changed("policy")) {
      if (hasPolicy(news)) await putPolicy(id, news, scope);
      else {
        await step(`deleting Secrets Manager Secret (${id}) policy`, () =>
          send(client, new DeleteResourcePolicyCommand({ SecretId: id })),
        );
      }
    }
    await updateTags(`Secrets Manager Secret (${id})`, olds, news, {
      untag: (keys) => send(client, new UntagResourceCommand({ SecretId: id, TagKeys: keys })),
      tag: (tags) => send(client, new TagResourceCommand({ SecretId: id, Tags: tags })),
    });
  },

  async delete(id, outputs, scope) {
    const days = Number(outputs["recoveryWindowInDays"] ?? 30);
    await deleteUnlessGone(`Secrets Manager Secret (${id})`, gone, () =>
      send(
        secretsManager(scope),
        new DeleteSecretCommand({
          SecretId: id,
          ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
        }),
      ),
    );
  },
};

export const secretVersion: AwsResource = {
  type: "aws:secretsmanager/secretVersion:SecretVersion",
  schema: secretVersionSchema,

  rules: (inputs) => onlyOneOf(inputs, "secretString", "secretBinary"),

  async create(inputs, scope) {
    const secretId = String(inputs["secretId"]);
    const stages = asStrings(inputs["versionStages"]);
    const binary = asString(inputs["secretBinary"]);
    const { VersionId } = await step(`putting Secrets Manager Secret (${secretId}) value`, () =>
      send(
        secretsManager(scope),
        new PutSecretValueCommand({
          SecretId: secretId,
          SecretString: asString(inputs["secretString"]),
          SecretBinary: binary === undefined ? undefined : Buffer.from(binary, "base64"),
          VersionStages: stages.length > 0 ? stages : undefined,
        }),
      ),
    );
    return `${secretId}|${VersionId ?? ""}`;
  },

  async read(id, _known, scope) {
    const [secretId, versionId] = splitVersion(id);
    return readUnlessGone(`Secrets Manager Secret Version (${id})`, gone, async () => {
      const found = await findVersion(secretId, versionId, scope);
      return (
        found && {
          arn: found.ARN ?? "",
          hasSecretStringWo: false,
          secretArn: found.ARN ?? "",
          secretId,
          ...(found.SecretString !== undefined && { secretString: new Secret(found.SecretString) }),
          ...(found.SecretBinary !== undefined && {
            secretBinary: new Secret(Buffer.from(found.SecretBinary).toString("base64")),
          }),
          versionId,
          versionStages: found.VersionStages ?? [],
        }
      );
    });
  },

  async update(id, olds, news, changed, scope) {
    if (!changed("versionStages")) return;
    const [secretId, versionId] = splitVersion(id);
    const [before, after] = [asStrings(olds["versionStages"]), asStrings(news["versionStages"])];
    for (const stage of after.filter((each) => !before.includes(each))) {
      await moveStage(secretId, stage, { to: versionId, from: await holderOf(stage, secretId, scope) }, scope);
    }
    for (const stage of before.filter((each) => !after.includes(each) && each !== currentStage)) {
      await moveStage(secretId, stage, { from: versionId }, scope);
    }
  },

  /** A version is deleted with its last staging label; AWSCURRENT cannot be removed, so the current version stays. */
  async delete(id, outputs, scope) {
    const [secretId, versionId] = splitVersion(id);
    await deleteUnlessGone(`Secrets Manager Secret Version (${id})`, gone, async () => {
      const found = await findVersion(secretId, versionId, scope);
      if (!found) return;
      for (const stage of asStrings(outputs["versionStages"]).filter((each) => each !== currentStage)) {
        if (found.VersionStages?.includes(stage)) await moveStage(secretId, stage, { from: versionId }, scope);
      }
    });
  },
};

/** To a program, a secret that is pending deletion no longer exists. */
async function describe(id: string, scope: Scope): Promise<DescribeSecretResponse | undefined> {
  const found = await send(secretsManager(scope), new DescribeSecretCommand({ SecretId: id }));
  return found.DeletedDate === undefined ? found : undefined;
}

async function findVersion(secretId: string, versionId: string, scope: Scope) {
  try {
    return await send(secretsManager(scope), new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId }));
  } catch (error) {
    // The value of a secret pending deletion cannot be read.
    if (hasCode(error, "InvalidRequestException") && /was (?:deleted|marked for deletion)/.test(String(error))) {
      return undefined;
    }
    throw error;
  }
}

/** The version that a stage is attached to: moving AWSCURRENT requires it. */
async function holderOf(stage: string, secretId: string, scope: Scope): Promise<string | undefined> {
  const { Versions } = await send(secretsManager(scope), new ListSecretVersionIdsCommand({ SecretId: secretId }));
  return Versions?.find((version) => version.VersionStages?.includes(stage))?.VersionId;
}

function moveStage(
  secretId: string,
  stage: string,
  move: { from?: string; to?: string },
  scope: Scope,
): Promise<unknown> {
  return step(`moving Secrets Manager Secret (${secretId}) stage (${stage})`, () =>
    send(
      secretsManager(scope),
      new UpdateSecretVersionStageCommand({
        SecretId: secretId,
        VersionStage: stage,
        MoveToVersionId: move.to,
        RemoveFromVersionId: move.from,
      }),
    ),
  );
}

function putPolicy(id: string, inputs: PropertyMap, scope: Scope): Promise<unknown> {
  return step(`putting Secrets Manager Secret (${id}) policy`, () =>
    send(
      secretsManager(scope),
      new PutResourcePolicyCommand({ SecretId: id, ResourcePolicy: normalizeJson(String(inputs["policy"])) }),
    ),
  );
}

function hasPolicy(inputs: PropertyMap): boolean {
  const { policy } = inputs;
  return typeof policy === "string" && policy !== "" && policy !== "{}";
}

function splitVersion(id: string): [string, string] {
  const [secretId, versionId] = id.split("|");
  if (!secretId || !versionId) {
    throw new Error(`unexpected format of ID (${id}), expected SecretID|VersionID`);
  }
  return [secretId, versionId];
}
