import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { asString, asStrings, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, listAll, readUnlessGone, step, timeText } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { attachedPolicies, decodedDocument, iam } from "./iamClient";
import { inlinePolicyMap, roleSchema } from "./iamSchemas";

export const iamRole: AwsResource = {
  type: "aws:iam/role:Role",
  schema: roleSchema,
  naming: { property: "name", transform: (name) => name },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    await step(`creating IAM Role (${name})`, () =>
      send(
        iam(scope),
        new CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: normalizeJson(String(inputs["assumeRolePolicy"])),
          Path: String(inputs["path"]),
          Description: asString(inputs["description"]),
          MaxSessionDuration: Number(inputs["maxSessionDuration"]),
          PermissionsBoundary: asString(inputs["permissionsBoundary"]),
          Tags: asTagList(inputs["tagsAll"]),
        }),
      ),
    );
    for (const [policy, document] of inlinePolicyMap(inputs["inlinePolicies"]) ?? []) {
      await putPolicy(name, policy, document, scope);
    }
    for (const arn of asStrings(inputs["managedPolicyArns"])) await attach(name, arn, scope);
    return name;
  },

  async read(id, known, scope) {
    return readUnlessGone(`IAM Role (${id})`, ["NoSuchEntityException"], async () => {
      const { Role: role } = await send(iam(scope), new GetRoleCommand({ RoleName: id }));
      if (!role) return undefined;
      const trust = decodedDocument(role.AssumeRolePolicyDocument);
      return {
        ...roleState(role),
        assumeRolePolicy: policyState(known, trust, undefined, "assumeRolePolicy"),
        inlinePolicies: await inlinePolicyState(id, known, scope),
        managedPolicyArns: await attachedPolicies(id, scope),
        ...tagState(fromTagList(role.Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const client = iam(scope);
    if (changed("assumeRolePolicy")) {
      await step(`updating IAM Role (${id}) assume role policy`, () =>
        send(
          client,
          new UpdateAssumeRolePolicyCommand({
            RoleName: id,
            PolicyDocument: normalizeJson(String(news["assumeRolePolicy"])),
          }),
        ),
      );
    }
    if (changed("description") || changed("maxSessionDuration")) {
      await step(`updating IAM Role (${id})`, () =>
        send(
          client,
          new UpdateRoleCommand({
            RoleName: id,
            Description: asString(news["description"]) ?? "",
            MaxSessionDuration: Number(news["maxSessionDuration"]),
          }),
        ),
      );
    }
    if (changed("permissionsBoundary")) {
      const boundary = asString(news["permissionsBoundary"]);
      await step(`updating IAM Role (${id}) permissions boundary`, async () => {
        if (boundary === undefined) {
          await send(client, new DeleteRolePermissionsBoundaryCommand({ RoleName: id }));
        } else {
          await send(client, new PutRolePermissionsBoundaryCommand({ RoleName: id, PermissionsBoundary: boundary }));
        }
      });
    }
    if (changed("inlinePolicies")) await changeInlinePolicies(id, olds, news, scope);
    if (changed("managedPolicyArns")) await changeAttachments(id, olds, news, scope);
    await updateTags(`IAM Role (${id})`, olds, news, {
      untag: (keys) => send(client, new UntagRoleCommand({ RoleName: id, TagKeys: keys })),
      tag: (tags) => send(client, new TagRoleCommand({ RoleName: id, Tags: tags })),
    });
  },

  async delete(id, outputs, scope) {
    const force = outputs["forceDetachPolicies"] === true;
    await deleteUnlessGone(`IAM Role (${id})`, ["NoSuchEntityException"], async () => {
      await leaveInstanceProfiles(id, scope);
      // Policies missing from the last state were attached by someone else: IAM then refuses to delete the role.
      if (force || asStrings(outputs["managedPolicyArns"]).length > 0) {
        for (const arn of await attachedPolicies(id, scope)) await detach(id, arn, scope);
      }
      if (force || (inlinePolicyMap(outputs["inlinePolicies"])?.size ?? 0) > 0) {
        for (const policy of await inlinePolicyNames(id, scope)) await deletePolicy(id, policy, scope);
      }
      await send(iam(scope), new DeleteRoleCommand({ RoleName: id }));
    });
  },
};

/** The simple properties of a role, without documents and tags. */
export function roleState(role: Role): PropertyMap {
  const boundary = role.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    arn: role.Arn ?? "",
    createDate: timeText(role.CreateDate),
    description: role.Description ?? "",
    maxSessionDuration: role.MaxSessionDuration ?? 3_600,
    name: role.RoleName ?? "",
    path: role.Path ?? "/",
    permissionsBoundary: boundary ?? "",
    uniqueId: role.RoleId ?? "",
  };
}

function inlinePolicyNames(role: string, scope: Scope): Promise<string[]> {
  return listAll(
    (Marker) => send(iam(scope), new ListRolePoliciesCommand({ RoleName: role, Marker })),
    (page) => page.PolicyNames,
  );
}

/** The user's value if it is equivalent to IAM's. */
async function inlinePolicyState(role: string, known: PropertyMap, scope: Scope): Promise<PropertyValue> {
  const found: PropertyMap[] = [];
  for (const name of await inlinePolicyNames(role, scope)) {
    const { PolicyDocument } = await send(iam(scope), new GetRolePolicyCommand({ RoleName: role, PolicyName: name }));
    found.push({ name, policy: normalizeJson(decodedDocument(PolicyDocument)) });
  }
  const written = known["inlinePolicies"];
  return written !== undefined && roleSchema["inlinePolicies"]?.equal?.(written, found) ? written : found;
}

async function leaveInstanceProfiles(role: string, scope: Scope): Promise<void> {
  const profiles = await listAll(
    (Marker) => send(iam(scope), new ListInstanceProfilesForRoleCommand({ RoleName: role, Marker })),
    (page) => page.InstanceProfiles,
  );
  for (const { InstanceProfileName } of profiles) {
    await send(iam(scope), new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: role }));
  }
}

async function changeInlinePolicies(role: string, olds: PropertyMap, news: PropertyMap, scope: Scope): Promise<void> {
  const before = inlinePolicyMap(olds["inlinePolicies"]) ?? new Map<string, string>();
  const after = inlinePolicyMap(news["inlinePolicies"]) ?? new Map<string, string>();
  for (const name of before.keys()) if (!after.has(name)) await deletePolicy(role, name, scope);
  for (const [name, document] of after) {
    if (before.get(name) !== document) await putPolicy(role, name, document, scope);
  }
}

async function changeAttachments(role: string, olds: PropertyMap, news: PropertyMap, scope: Scope): Promise<void> {
  const [before, after] = [asStrings(olds["managedPolicyArns"]), asStrings(news["managedPolicyArns"])];
  for (const arn of before.filter((each) => !after.includes(each))) await detach(role, arn, scope);
  for (const arn of after.filter((each) => !before.includes(each))) await attach(role, arn, scope);
}

function putPolicy(role: string, name: string, document: string, scope: Scope): Promise<unknown> {
  return step(`adding inline policy (${name}) to IAM Role (${role})`, () =>
    send(
      iam(scope),
      new PutRolePolicyCommand({ RoleName: role, PolicyName: name, PolicyDocument: normalizeJson(document) }),
    ),
  );
}

function deletePolicy(role: string, name: string, scope: Scope): Promise<unknown> {
  return step(`deleting inline policy (${name}) of IAM Role (${role})`, () =>
    send(iam(scope), new DeleteRolePolicyCommand({ RoleName: role, PolicyName: name })),
  );
}

function attach(role: string, arn: string, scope: Scope): Promise<unknown> {
  return step(`attaching IAM Policy (${arn}) to IAM Role (${role})`, () =>
    send(iam(scope), new AttachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
  );
}

function detach(role: string, arn: string, scope: Scope): Promise<unknown> {
  return step(`detaching IAM Policy (${arn}) from IAM Role (${role})`, () =>
    send(iam(scope), new DetachRolePolicyCommand({ RoleName: role, PolicyArn: arn })),
  );
}
