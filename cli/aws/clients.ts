import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";

/** SDK clients for one region, with the credentials and endpoint from the environment or a profile. */
export interface AwsClients {
  ecr: ECRClient;
  ecs: ECSClient;
  lambda: LambdaClient;
}

const byRegion = new Map<string, AwsClients>();

/** One set of clients for each region. Throttled requests are attempted up to 8 times. */
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

/** Formats an error as one line: its name, if informative, and its message. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
}

/**
 * Whether the service refuses this one question, such as for a missing permission. False for what every other question would
 * meet too: credentials that are not valid, throttling, a service that is down.
 */
export function isRefusal(error: unknown): boolean {
  const { name = "", $fault } = error as { name?: string; $fault?: string };
  return $fault === "client" && !/Expired|InvalidClientToken|UnrecognizedClient|Throttl/.test(name);
}
