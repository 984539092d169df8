import { ECSClient } from "@aws-sdk/client-ecs";
import type { AwsService } from "../clients";
import type { Scope } from "../resource";

const ecs: AwsService<ECSClient> = {
  get Client() {
    return ECSClient;
  },
  name: "ECS",
  endpoint: "ecs",
};

export function ecsCaller(scope: Scope) {
  return scope.connection.caller(ecs, scope.region, scope.context);
}
