import { GetRoleCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import type { FunctionHandler } from "../../../../provider/protocol/definition";
import type { AwsConnection } from "../clients";
import { awsFunction } from "../functions";
import { listAll, step } from "../operations";
import { send } from "../send";
import { fromTagList } from "../tags";
import { decodedDocument, iam } from "./iamClient";
import { roleState } from "./role";

export const iamFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction(
    "aws:iam/getRoles:getRoles",
    { nameRegex: { type: "string" }, pathPrefix: { type: "string" } },
    async ({ nameRegex, pathPrefix }, scope) => {
      const roles = await step("reading IAM Roles", () =>
        listAll(
          (Marker) =>
            send(
              iam(scope),
              new ListRolesCommand({ Marker, PathPrefix: pathPrefix === undefined ? undefined : String(pathPrefix) }),
            ),
          (page) => page.Roles,
        ),
      );
      const named = roles.filter(({ RoleName = "" }) => new RegExp(String(nameRegex ?? "")).test(RoleName));
      return {
        ...(nameRegex !== undefined && { nameRegex }),
        ...(pathPrefix !== undefined && { pathPrefix }),
        arns: named.map(({ Arn = "" }) => Arn),
        names: named.map(({ RoleName = "" }) => RoleName),
        id: scope.connection.region,
      };
    },
  ),

  awsFunction("aws:iam/getRole:getRole", { name: { type: "string", required: true } }, async (args, scope) => {
    const name = String(args["name"]);
    const { Role: role } = await step(`reading IAM Role (${name})`, () =>
      send(iam(scope), new GetRoleCommand({ RoleName: name })),
    );
    if (!role) throw new Error(`reading IAM Role (${name}): empty result`);
    return {
      ...roleState(role),
      assumeRolePolicy: decodedDocument(role.AssumeRolePolicyDocument),
      id: name,
      tags: fromTagList(role.Tags),
    };
  }),
];
