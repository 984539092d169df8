import { randomUUID } from "node:crypto";
import { partitionOf } from "../../../ecr/names/regions";
import type { GatewayState } from "../state/gatewayState";

/** The ARN of the key behind `alias/aws/ecr`: one per account and region. MiniStack's KMS has no AWS managed keys. */
export function awsManagedKeyArn(
  context: Pick<GatewayState, "store">,
  registry: { account: string; region: string },
): string {
  const { account, region } = registry;
  return context.store.change(() => {
    let id = context.store.setting<string>("awsManagedKey", account, region);
    if (id === undefined) {
      id = randomUUID();
      context.store.putSetting(id, "awsManagedKey", account, region);
    }
    return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${id}`;
  });
}
