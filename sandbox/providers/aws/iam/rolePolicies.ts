import {
  AttachRolePolicyCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { PropertyMap } from "../../../../provider/protocol/values";
import { normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { attachedPolicies, decodedDocument, iam } from "./iamClient";
import { rolePolicyAttachmentSchema, rolePolicySchema } from "./iamSchemas";

export const iamRolePolicy: AwsResource = {
  type: "aws:iam/rolePolicy:RolePolicy",
  schema: rolePolicySchema,
  naming: { property: "name", transform: (name) => name },

  async create(inputs, scope) {
    await putRolePolicy(inputs, scope);
    return `${String(inputs["role"])}:${String(inputs["name"])}`;
  },

  async read(id, known, scope) {
    const [role, name] = split(id, ":", "<role name>:<policy name>");
    return readUnlessGone(`IAM Role Policy (${id})`, ["NoSuchEntityException"], async () => {
      const { PolicyDocument } = await send(iam(scope), new GetRolePolicyCommand({ RoleName: role, PolicyName: name }));
      return { name, policy: policyState(known, decodedDocument(PolicyDocument)), role };
    });
  },

  async update(_id, _olds, news, _changed, scope) {
    await putRolePolicy(news, scope);
  },

  async delete(id, _outputs, scope) {
    const [role, name] = split(id, ":", "<role name>:<policy name>");
    await deleteUnlessGone(`IAM Role Policy (${id})`, ["NoSuchEntityException"], () =>
      send(iam(scope), new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name })),
    );
  },
};

export const iamRolePolicyAttachment: AwsResource = {
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  schema: rolePolicyAttachmentSchema,

  async create(inputs, scope) {
    const [role, arn] = [String(inputs["role"]), String(inputs["policyArn"])];
    await step(`attaching IAM Policy (${arn}) to IAM Role (${role})`, () =>
      send(iam(scope), new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
    );
    return `${role}/${arn}`;
  },

  async read(id, _known, scope) {
    const [role, arn] = split(id, "/", "<role name>/<policy ARN>");
    return readUnlessGone(`IAM Role Policy Attachment (${id})`, ["NoSuchEntityException"], async () => {
      const attached = await attachedPolicies(role, scope);
      return attached.includes(arn) ? { policyArn: arn, role } : undefined;
    });
  },

  async delete(id, _outputs, scope) {
    const [role, arn] = split(id, "/", "<role name>/<policy ARN>");
    await deleteUnlessGone(`IAM Role Policy Attachment (${id})`, ["NoSuchEntityException"], () =>
      send(iam(scope), new DetachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
    );
  },
};

function putRolePolicy(inputs: PropertyMap, scope: Scope): Promise<unknown> {
  const [role, name] = [String(inputs["role"]), String(inputs["name"])];
  return step(`putting IAM Role (${role}) Policy (${name})`, () =>
    send(
      iam(scope),
      new PutRolePolicyCommand({
        RoleName: role,
        PolicyName: name,
        PolicyDocument: normalizeJson(String(inputs["policy"])),
      }),
    ),
  );
}

/** Splits an ID in two; role names contain neither separator. */
function split(id: string, separator: string, form: string): [string, string] {
  const at = id.indexOf(separator);
  if (at < 1 || at === id.length - 1) throw new Error(`unexpected format of ID (${id}), expected ${form}`);
  return [id.slice(0, at), id.slice(at + 1)];
}
