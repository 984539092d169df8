import * as awsConfig from "@pulumi/aws/config";
import { getRegion } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";
import { readStackState } from "../components/stackState";
import { withoutAdoptedSettings } from "./adoptedRegistries";
import { withoutAdopted } from "./adoptedRepositories";
import { refuseForeignSettings } from "./foreignSettings";
import { providerFaults, withKeptProviders } from "./identityProviders";
import { loadConfig } from "./load";
import { refuseLosses } from "./losses";
import { refuseConfig } from "./refuseConfig";
import { takenOverFaults } from "./takenOver";

/**
 * Loads the stack's config and checks it against the stack's state, before any resource is registered.
 *
 * @throws InputRefused with every fault of the config; if there are none, with what the update would delete; and last,
 *   with what it would overwrite.
 */
export async function loadEnvironment() {
  const written = loadConfig();
  const state = await readStackState();
  const region = awsConfig.region ?? (await getRegion()).region;
  const context = { state, region };
  const unadopted = await withoutAdoptedSettings(withoutAdopted(written, state, region), context);
  const config = withKeptProviders(unadopted, state);
  await refuseLosses(config, state, region);
  const ofOthers = await Promise.all([providerFaults(config, state), takenOverFaults(config, state, region)]);
  refuseConfig(
    ofOthers.flat().map((fault) => ({ ...fault, path: `${pulumi.getProject()}:${fault.path}` })),
    "the update would delete what others use",
  );
  await refuseForeignSettings(config, context);
  return { config, context };
}
