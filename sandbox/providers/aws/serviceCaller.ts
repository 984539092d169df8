import type { AwsService } from "./clients";
import type { Scope } from "./resource";
import type { AwsCaller } from "./send";

/** Makes what calls one AWS service where an operation happens. */
export function serviceCaller<Client>(
  name: string,
  endpoint: string,
  client: AwsService<Client>["client"],
): (scope: Scope) => AwsCaller<Client> {
  const service = { name, endpoint, client };
  return ({ connection, region, context }) => connection.caller(service, region, context);
}
