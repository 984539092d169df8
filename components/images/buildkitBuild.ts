import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { InvalidInputError } from "../../ecr/faults";
import { refuseInput } from "../inputChecks";
import type { StateResource } from "../stackState";
import { BuildAttempts } from "./buildAttempts";
import { type BuildInputs, dockerfileOf } from "./buildContext";
import { type BuildkitSettings, missingSshFaults } from "./buildkitSettings";
import { expandHome, readBuildSecrets } from "./buildSecrets";
import type { ImageMaker, Publication } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";

/** The inputs of a BuildKit build. */
export interface BuildkitBuild extends Pick<BuildkitSettings, "secrets" | "ssh" | "cacheTo"> {
  inputs: BuildInputs;
  platforms: readonly string[];
  cacheFrom: readonly string[];
}

type BuildSecretValues = Record<string, pulumi.Output<string>>;

const imageType = "docker-build:index:Image";

/** No difference is a change, not even a new secret: the image's name already identifies its inputs. */
const ignoreChanges = [
  "addHosts",
  "buildArgs",
  "cacheFrom",
  "cacheTo",
  "context",
  "dockerfile",
  "network",
  "platforms",
  "secrets",
  "ssh",
  "target",
];

/**
 * Builds an image for all its platforms with BuildKit, through Pulumi's docker-build provider, and pushes it to its
 * first repository.
 */
export function buildkitBuild(
  { parent, name, subject, identity }: Pick<Publication, "parent" | "name" | "subject" | "identity">,
  primary: ImageRepository,
  build: BuildkitBuild,
): ImageMaker {
  const turns = new BuildAttempts(imageType, `${name}-${identity}`);
  return {
    findResource(state, url) {
      const last = turns.last(state);
      if (last === undefined || !isFrom(last, build.inputs)) return undefined;
      return url === undefined || rawExport(last) === registryExport(`${url}:${identity}`) ? last : undefined;
    },

    createResource(state, made) {
      refuseInput(subject, missingSshFaults(build.ssh ?? {}));
      return new dockerBuild.Image(
        turns.name(state, made),
        {
          ...imageArgs(build, primary, identity),
          secrets: made === undefined ? secretsFor(build, subject) : secretsForRebuild(build, made),
        },
        {
          parent,
          ignoreChanges,
          replaceWith: [primary.repository],
          // The provider would delete what it pushed, but images stay in the registry until a lifecycle policy expires
          // them.
          retainOnDelete: true,
          additionalSecretOutputs: ["secrets", "registries"],
        },
      );
    },
  };
}

function imageArgs(
  { inputs, platforms, cacheFrom, cacheTo, ssh }: BuildkitBuild,
  primary: ImageRepository,
  identity: string,
): dockerBuild.ImageArgs {
  const { context, args, target, network, extraHosts } = inputs;
  const { server, username, password } = primary.credentials();
  const caches = [...(cacheTo === undefined ? [] : [cacheTo]), ...cacheFrom];
  return {
    push: false,
    // Passed as a raw buildx flag, a single value that may be unknown in a preview. The provider also does not check
    // `exports` on refresh, with credentials that have long expired, and does not delete them.
    exports: [{ raw: pulumi.interpolate`${primary.url}:${identity}`.apply(registryExport) }],
    buildOnPreview: false,
    context: { location: context },
    dockerfile: { location: dockerfileOf(inputs) },
    platforms: platforms as dockerBuild.Platform[],
    ...(args && { buildArgs: args }),
    ...(target !== undefined && { target }),
    ...(network !== undefined && { network: network as dockerBuild.NetworkMode }),
    ...(extraHosts && { addHosts: Object.entries(extraHosts).map(([host, address]) => `${host}:${address}`) }),
    ...(caches.length > 0 && {
      cacheFrom: caches.map((tag) => ({ raw: pulumi.interpolate`type=registry,ref=${primary.url}:${tag}` })),
    }),
    // ECR stores a cache as an image manifest, but not as an index of layers.
    ...(cacheTo !== undefined && {
      cacheTo: [
        {
          raw: pulumi.interpolate`type=registry,mode=max,image-manifest=true,oci-mediatypes=true,ref=${primary.url}:${cacheTo}`,
        },
      ],
    }),
    ...(ssh && {
      ssh: Object.entries(ssh).map(([id, paths]) => ({
        id,
        ...(paths.length > 0 && { paths: paths.map(expandHome) }),
      })),
    }),
    registries: [{ address: server, username, password }],
  };
}

function registryExport(image: string): string {
  return `type=registry,name=${image}`;
}

/** A preview does not build, and may run where the secrets are missing. */
function secretsFor({ secrets }: BuildkitBuild, subject: string): BuildSecretValues | undefined {
  if (secrets === undefined) return undefined;
  const { values, faults } = readBuildSecrets(secrets);
  if (pulumi.runtime.isDryRun()) warn(subject, faults);
  else refuseInput(subject, faults);
  return values;
}

/**
 * For an existing resource: it builds again when its repository is replaced, and the engine then uses these inputs
 * rather than the state's, even with `ignoreChanges`. A secret that cannot be read anymore falls back to the one in the
 * state.
 */
function secretsForRebuild({ secrets }: BuildkitBuild, { outputs }: StateResource): BuildSecretValues | undefined {
  if (secrets === undefined) return undefined;
  const { values } = readBuildSecrets(secrets);
  const before = Object.entries((outputs["secrets"] ?? {}) as Record<string, string>);
  const kept = before.filter(([id]) => Object.hasOwn(secrets, id) && !Object.hasOwn(values, id));
  return { ...values, ...Object.fromEntries(kept.map(([id, value]) => [id, pulumi.secret(value)])) };
}

function warn(subject: string, faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  void pulumi.log.warn(`The update would stop here. ${new InvalidInputError(subject, faults).message}`);
}

/** Whether it was built from this folder: the provider reads the folder again on each run. */
function isFrom({ outputs }: StateResource, inputs: BuildInputs): boolean {
  const place = (property: string) => (outputs[property] as { location?: unknown } | undefined)?.location;
  return place("context") === inputs.context && place("dockerfile") === dockerfileOf(inputs);
}

function rawExport({ outputs }: StateResource): unknown {
  const [first] = (outputs["exports"] ?? []) as { raw?: unknown }[];
  return first?.raw;
}
