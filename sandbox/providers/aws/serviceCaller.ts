import type { AwsService } from "./clients";
import type { Scope } from "./resource";
import type { AwsCaller } from "./send";

/** Creates the function that calls an AWS service in an operation's scope. */
export function serviceCaller<Client>(
  name: string,
  endpoint: string,
  client: AwsService<Client>["client"],
): (scope: Scope) => AwsCaller<Client> {
  const service = { name, endpoint, client };
  return ({ connection, region, context }) => connection.caller(service, region, context);
}
