import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import type { PropertyValue } from "../../protocol/values";
import { step } from "../ecr/repository";
import { deleteUnlessGone, readUnlessGone } from "../operations";
import type { AwsResource } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagChanges, tagState } from "../tags";
import { iam } from "./client";
import { openIdConnectProviderSchema } from "./schemas";

/** Who may call with the tokens of an identity provider. MiniStack 1.5.33 has no change of one: it refuses by name. */
export const iamOpenIdConnectProvider: AwsResource = {
  type: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  schema: openIdConnectProviderSchema,

  async create(inputs, scope) {
    const { OpenIDConnectProviderArn } = await step("creating IAM OIDC Provider", () =>
      send(
        iam(scope),
        new CreateOpenIDConnectProviderCommand({
          Url: String(inputs["url"]),
          ClientIDList: texts(inputs["clientIdLists"]),
          ThumbprintList: texts(inputs["thumbprintLists"]),
          Tags: asTagList(inputs["tagsAll"]),
        }),
      ),
    );
    return OpenIDConnectProviderArn ?? "";
  },

  async read(id, known, scope) {
    return readUnlessGone(`IAM OIDC Provider (${id})`, ["NoSuchEntityException"], async () => {
      const found = await send(iam(scope), new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id }));
      return {
        arn: id,
        clientIdLists: found.ClientIDList ?? [],
        thumbprintLists: found.ThumbprintList ?? [],
        // IAM leaves the scheme out, MiniStack does not.
        url: (found.Url ?? "").replace(/^https:\/\//, ""),
        ...tagState(fromTagList(found.Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const provider = { OpenIDConnectProviderArn: id };
    const thumbprints = texts(news["thumbprintLists"]);
    if (changed("thumbprintLists") && thumbprints.length > 0) {
      await step(`updating IAM OIDC Provider (${id}) thumbprint`, () =>
        send(
          iam(scope),
          new UpdateOpenIDConnectProviderThumbprintCommand({ ...provider, ThumbprintList: thumbprints }),
        ),
      );
    }
    const [before, after] = [texts(olds["clientIdLists"]), texts(news["clientIdLists"])];
    for (const ClientID of after.filter((each) => !before.includes(each))) {
      await step(`adding IAM OIDC Provider (${id}) client ID (${ClientID})`, () =>
        send(iam(scope), new AddClientIDToOpenIDConnectProviderCommand({ ...provider, ClientID })),
      );
    }
    for (const ClientID of before.filter((each) => !after.includes(each))) {
      await step(`removing IAM OIDC Provider (${id}) client ID (${ClientID})`, () =>
        send(iam(scope), new RemoveClientIDFromOpenIDConnectProviderCommand({ ...provider, ClientID })),
      );
    }
    const tags = tagChanges(olds["tagsAll"], news["tagsAll"]);
    await step(`tagging IAM OIDC Provider (${id})`, async () => {
      if (tags.removed.length > 0) {
        await send(iam(scope), new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys: tags.removed }));
      }
      if (tags.set.length > 0) {
        await send(iam(scope), new TagOpenIDConnectProviderCommand({ ...provider, Tags: tags.set }));
      }
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`IAM OIDC Provider (${id})`, ["NoSuchEntityException"], () =>
      send(iam(scope), new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
    );
  },
};

function texts(value: PropertyValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
