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
import { asStrings } from "../../../../provider/protocol/values";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import type { AwsResource } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { iam } from "./iamClient";
import { openIdConnectProviderSchema } from "./iamSchemas";

/**
 * An identity provider whose tokens can be used to assume roles. MiniStack 1.5.33 cannot update one and refuses by
 * name.
 */
export const iamOpenIdConnectProvider: AwsResource = {
  type: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  schema: openIdConnectProviderSchema,

  async create(inputs, scope) {
    const { OpenIDConnectProviderArn } = await step("creating IAM OIDC Provider", () =>
      send(
        iam(scope),
        new CreateOpenIDConnectProviderCommand({
          Url: String(inputs["url"]),
          ClientIDList: asStrings(inputs["clientIdLists"]),
          ThumbprintList: asStrings(inputs["thumbprintLists"]),
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
        // IAM omits the scheme, MiniStack does not.
        url: (found.Url ?? "").replace(/^https:\/\//, ""),
        ...tagState(fromTagList(found.Tags), known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    const provider = { OpenIDConnectProviderArn: id };
    const thumbprints = asStrings(news["thumbprintLists"]);
    if (changed("thumbprintLists") && thumbprints.length > 0) {
      await step(`updating IAM OIDC Provider (${id}) thumbprint`, () =>
        send(
          iam(scope),
          new UpdateOpenIDConnectProviderThumbprintCommand({ ...provider, ThumbprintList: thumbprints }),
        ),
      );
    }
    const [before, after] = [asStrings(olds["clientIdLists"]), asStrings(news["clientIdLists"])];
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
    await updateTags(`IAM OIDC Provider (${id})`, olds, news, {
      untag: (keys) => send(iam(scope), new UntagOpenIDConnectProviderCommand({ ...provider, TagKeys: keys })),
      tag: (tags) => send(iam(scope), new TagOpenIDConnectProviderCommand({ ...provider, Tags: tags })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`IAM OIDC Provider (${id})`, ["NoSuchEntityException"], () =>
      send(iam(scope), new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
    );
  },
};
