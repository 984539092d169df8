import * as path from "node:path";
import { readStackFile, stackFilesFolder } from "../../config/stackFile";
import { isObject } from "../../ecr/values/jsonObjects";
import type { AccountSettings } from "./identity";

/** AWS account settings in `Pulumi.<environment>.yaml`; missing ones come from environment variables. */
export function accountSettings(project: string, environment: string): AccountSettings {
  const { name, values, isSecret } = readStackFile(
    path.join(stackFilesFolder(project), `Pulumi.${environment}.yaml`),
    "ecr",
  );
  const roles = [...listOf(values["aws:assumeRoles"]), ...listOf(values["aws:assumeRole"])];
  return {
    file: name,
    region: values["aws:region"],
    profile: values["aws:profile"],
    allowedAccountIds: listOf(values["aws:allowedAccountIds"]).map(String),
    assumedRoles: roles.flatMap((role) =>
      isObject(role) && typeof role["roleArn"] === "string" ? [role["roleArn"]] : [],
    ),
    hasOwnKeys: values["aws:accessKey"] !== undefined || isSecret("aws:accessKey"),
  };
}

function listOf(text: string | undefined): unknown[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value : [value];
  } catch {
    return [];
  }
}
