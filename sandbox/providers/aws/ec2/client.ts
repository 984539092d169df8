import { EC2Client } from "@aws-sdk/client-ec2";
import type { AwsService } from "../clients";
import type { Scope } from "../resource";

const ec2: AwsService<EC2Client> = {
  get Client() {
    return EC2Client;
  },
  name: "EC2",
  endpoint: "ec2",
};

export function ec2Caller(scope: Scope) {
  return scope.connection.caller(ec2, scope.region, scope.context);
}
