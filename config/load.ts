import * as awsConfig from "@pulumi/aws/config";
import * as pulumi from "@pulumi/pulumi";
import { checkConfig } from "./checkConfig";
import { refuseConfig } from "./refuseConfig";
import type { EnvironmentConfig } from "./sections";

/** Reads the stack's config. A single error lists all faults, each with its path and its position in the stack file. */
export function loadConfig(namespace = pulumi.getProject()): EnvironmentConfig {
  const checked = checkConfig(pulumi.runtime.allConfig(), namespace, awsConfig.region);
  refuseConfig(checked.faults ?? []);
  return checked.config as EnvironmentConfig;
}
