import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";

/** The SDK's clients of one region, with the credentials and the endpoint that the environment or a profile gives. */
export interface AwsClients {
  ecr: ECRClient;
  ecs: ECSClient;
  lambda: LambdaClient;
}

const byRegion = new Map<string, AwsClients>();

/** One set of clients for each region. Throttled requests are tried again, up to 8 times. */
export function awsClients(region: string): AwsClients {
  const known = byRegion.get(region);
  if (known) {
    return known;
  }
  const options = { region, maxAttempts: 8 };
  const clients = { ecr: new ECRClient(options), ecs: new ECSClient(options), lambda: new LambdaClient(options) };
  byRegion.set(region, clients);
  return clients;
}

/** An error as one line: its name, when it has one worth saying, and its message. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}
