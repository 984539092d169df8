import { LambdaClient } from "@aws-sdk/client-lambda";
import type { AwsService } from "../clients";
import type { Scope } from "../resource";

const lambda: AwsService<LambdaClient> = {
  get Client() {
    return LambdaClient;
  },
  name: "Lambda",
  endpoint: "lambda",
};

export function lambdaCaller(scope: Scope) {
  return scope.connection.caller(lambda, scope.region, scope.context);
}
