import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { checkConfig } from "./checkConfig";
import { refuseConfig } from "./refuseConfig";
import type { EnvironmentConfig } from "./schema";

/** Reads the stack's config. One error lists all that is wrong, each with its place in the stack's file and its path. */
export function loadConfig(namespace = pulumi.getProject()): EnvironmentConfig {
  const { config, faults = [] } = checkConfig(pulumi.runtime.allConfig(), namespace, aws.config.region);
  refuseConfig(faults);
  if (config === undefined) throw new Error("unreachable: refused above");
  return config;
}
