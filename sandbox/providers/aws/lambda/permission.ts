import { AddPermissionCommand, GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import type { PropertyMap } from "../../../../provider/protocol/values";
import { region } from "../commonSchema";
import { readUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource } from "../resource";
import { send } from "../send";
import { lambdaCaller } from "./lambdaClient";

const replaced = { type: "string", replace: true } as const;

interface Statement {
  Sid?: string;
  Action?: string;
  Principal?: string | { Service?: string; AWS?: string };
  Condition?: Record<string, Record<string, string>>;
}

/**
 * As in the Terraform AWS provider 6.x (internal/service/lambda/permission.go): every change replaces; the ID is the
 * statement's.
 */
export const lambdaPermission: AwsResource = {
  type: "aws:lambda/permission:Permission",
  naming: { property: "statementId", transform: (name) => name },
  schema: {
    ...region,
    action: { type: "string", required: true, replace: true },
    function: { type: "string", required: true, replace: true },
    principal: { type: "string", required: true, replace: true },
    qualifier: replaced,
    sourceAccount: replaced,
    sourceArn: replaced,
    statementId: replaced,
  },

  async create(inputs, scope) {
    const id = String(inputs["statementId"]);
    const text = (key: string) => (typeof inputs[key] === "string" ? inputs[key] : undefined);
    await step(`adding Lambda Permission (${inputs["function"]}/${id})`, () =>
      send(
        lambdaCaller(scope),
        new AddPermissionCommand({
          FunctionName: String(inputs["function"]),
          StatementId: id,
          Action: String(inputs["action"]),
          Principal: String(inputs["principal"]),
          Qualifier: text("qualifier"),
          SourceAccount: text("sourceAccount"),
          SourceArn: text("sourceArn"),
        }),
      ),
    );
    return id;
  },

  async read(id, known, scope) {
    return readUnlessGone(`Lambda Permission (${id})`, ["ResourceNotFoundException"], async () => {
      const { Policy } = await send(
        lambdaCaller(scope),
        new GetPolicyCommand({
          FunctionName: String(known["function"]),
          Qualifier: typeof known["qualifier"] === "string" ? known["qualifier"] : undefined,
        }),
      );
      const statements = (JSON.parse(Policy ?? "{}") as { Statement?: Statement[] }).Statement ?? [];
      const statement = statements.find((each) => each.Sid === id);
      return statement && { ...stateOf(statement), function: String(known["function"]), statementId: id };
    });
  },

  async delete(id, outputs, scope) {
    await step(`removing Lambda Permission (${id})`, () =>
      undefinedIfGone(["ResourceNotFoundException"], () =>
        send(
          lambdaCaller(scope),
          new RemovePermissionCommand({
            FunctionName: String(outputs["function"]),
            StatementId: id,
            Qualifier: typeof outputs["qualifier"] === "string" ? outputs["qualifier"] : undefined,
          }),
        ),
      ),
    );
  },
};

function stateOf(statement: Statement): PropertyMap {
  const { Principal } = statement;
  const conditions = Object.assign({}, ...Object.values(statement.Condition ?? {})) as Record<string, string>;
  const condition = (key: string) => Object.entries(conditions).find(([name]) => name.toLowerCase() === key)?.[1];
  const [account, arn] = [condition("aws:sourceaccount"), condition("aws:sourcearn")];
  return {
    action: statement.Action ?? "",
    principal: typeof Principal === "string" ? Principal : (Principal?.Service ?? Principal?.AWS ?? ""),
    ...(account !== undefined && { sourceAccount: account }),
    ...(arn !== undefined && { sourceArn: arn }),
  };
}
