import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPolicyVersionsCommand,
  type PolicyVersion,
  TagPolicyCommand,
  UntagPolicyCommand,
} from "@aws-sdk/client-iam";
import { normalizeJson, policyState } from "../documents";
import { deleteUnlessGone, listAll, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { decodedDocument, iam } from "./iamClient";
import { policySchema } from "./iamSchemas";

/** Maximum number of versions of a managed policy. */
const mostVersions = 5;

export const iamPolicy: AwsResource = {
  type: "aws:iam/policy:Policy",
  schema: policySchema,
  naming: { property: "name", transform: (name) => name },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    const { Policy } = await step(`creating IAM Policy (${name})`, () =>
      send(
        iam(scope),
        new CreatePolicyCommand({
          PolicyName: name,
          Path: String(inputs["path"]),
          Description: typeof inputs["description"] === "string" ? inputs["description"] : undefined,
          PolicyDocument: normalizeJson(String(inputs["policy"])),
          Tags: asTagList(inputs["tagsAll"]),
        }),
      ),
    );
    return Policy?.Arn ?? "";
  },

  async read(id, known, scope) {
    return readUnlessGone(`IAM Policy (${id})`, ["NoSuchEntityException"], async () => {
      const { Policy: policy } = await send(iam(scope), new GetPolicyCommand({ PolicyArn: id }));
      const { PolicyVersion: version } = await send(
        iam(scope),
        new GetPolicyVersionCommand({ PolicyArn: id, VersionId: policy?.DefaultVersionId }),
      );
      return {
        arn: policy?.Arn ?? id,
        attachmentCount: policy?.AttachmentCount ?? 0,
        description: policy?.Description ?? "",
        name: policy?.PolicyName ?? "",
        path: policy?.Path ?? "/",
        policy: policyState(known, decodedDocument(version?.Document)),
        policyId: policy?.PolicyId ?? "",
        ...tagState(fromTagList(policy?.Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    if (changed("policy")) {
      await step(`updating IAM Policy (${id})`, async () => {
        await makeRoom(id, scope);
        const document = normalizeJson(String(news["policy"]));
        await send(
          iam(scope),
          new CreatePolicyVersionCommand({ PolicyArn: id, PolicyDocument: document, SetAsDefault: true }),
        );
      });
    }
    await updateTags(`IAM Policy (${id})`, olds, news, {
      untag: (keys) => send(iam(scope), new UntagPolicyCommand({ PolicyArn: id, TagKeys: keys })),
      tag: (tags) => send(iam(scope), new TagPolicyCommand({ PolicyArn: id, Tags: tags })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`IAM Policy (${id})`, ["NoSuchEntityException"], async () => {
      for (const version of await otherVersions(id, scope)) await deleteVersion(id, version, scope);
      await send(iam(scope), new DeletePolicyCommand({ PolicyArn: id }));
    });
  },
};

/** All versions except the default one, oldest first. */
async function otherVersions(arn: string, scope: Scope): Promise<PolicyVersion[]> {
  const versions = await listAll(
    (Marker) => send(iam(scope), new ListPolicyVersionsCommand({ PolicyArn: arn, Marker })),
    (page) => page.Versions,
  );
  const number = (version: PolicyVersion) => Number((version.VersionId ?? "").replace(/^v/, ""));
  return versions.filter((version) => !version.IsDefaultVersion).sort((left, right) => number(left) - number(right));
}

async function makeRoom(arn: string, scope: Scope): Promise<void> {
  const others = await otherVersions(arn, scope);
  const [oldest] = others;
  if (oldest && others.length + 1 >= mostVersions) await deleteVersion(arn, oldest, scope);
}

function deleteVersion(arn: string, version: PolicyVersion, scope: Scope): Promise<unknown> {
  return send(iam(scope), new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: version.VersionId }));
}
