import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { readStackState } from "../components/stackState";
import { withoutAdopted } from "./adopted";
import { refuseForeignSettings } from "./foreignSettings";
import { providerFaults, withKeptProviders } from "./identityProviders";
import { loadConfig } from "./load";
import { logicalNames } from "./logicalNames";
import { refuseLosses } from "./losses";
import { refuseConfig } from "./refuseConfig";
import { takenOverFaults } from "./takenOver";

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
  const config = withKeptProviders(withoutAdopted(written, state, region), state);
  await refuseLosses(config, state, region);
  const ofOthers = await Promise.all([providerFaults(config, state), takenOverFaults(config, state, region)]);
  refuseConfig(
    ofOthers.flat().map((fault) => ({ ...fault, path: `${pulumi.getProject()}:${fault.path}` })),
    "the update would delete what others use",
  );
  const names = logicalNames(config, state, region);
  await refuseForeignSettings(config, names, region);
  return { config, names };
}
