import * as aws from "@pulumi/aws";
import { readStackState } from "../components/stackState";
import { withoutAdopted } from "./adopted";
import { refuseForeignSettings } from "./foreignSettings";
import { loadConfig } from "./load";
import { logicalNames } from "./logicalNames";
import { refuseLosses } from "./losses";

/**
 * The environment that the stack describes: its config, held against what the stack has, and what its components are
 * called. Nothing is made before all of it is sound.
 *
 * @throws InputRefused with every fault of the config; else of what the update would delete; else of what it would overwrite.
 */
export async function loadEnvironment() {
  const written = loadConfig();
  const state = await readStackState();
  const region = aws.config.region ?? (await aws.getRegion()).region;
  const config = withoutAdopted(written, state, region);
  await refuseLosses(config, state, region);
  const names = logicalNames(config, state, region);
  await refuseForeignSettings(config, names, region);
  return { config, names };
}
