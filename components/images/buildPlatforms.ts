import type { Fault } from "../../ecr/faults";

/** What an image is built for. */
export interface BuildPlatforms {
  /** One operating system and architecture. @default "linux/amd64" */
  platform?: string;
  /**
   * Several platforms, such as `["linux/amd64", "linux/arm64"]`: each is built, and the image is an index of them. If
   * the Dockerfile has `RUN`, Docker builds for other platforms than its own with emulation (binfmt and QEMU) or with
   * `builders`. @default only `platform`
   */
  platforms?: string[];
  /**
   * Separate Docker engines for some of the platforms: platform to address, such as `ssh://user@arm-machine`.
   * @default the engine that builds everything else
   */
  builders?: Record<string, string>;
}

const defaultPlatform = "linux/amd64";

/** An image's platforms, sorted so that their order in the program does not matter. */
export function platformsOf({ platform = defaultPlatform, platforms }: BuildPlatforms): string[] {
  return platforms === undefined ? [platform] : [...platforms].sort();
}

/** Faults of these platforms; empty when there are none. Never throws. */
export function buildPlatformFaults({ platform, platforms, builders = {} }: BuildPlatforms): Fault[] {
  if (platforms === undefined) {
    return [...platformFaults(platform ?? defaultPlatform, "platform"), ...builderFaults(builders, [])];
  }
  const both = {
    path: "platform",
    value: platform,
    rule: "must not be set together with `platforms`: an image has one platform or several.",
    fix: "remove one of the two.",
  };
  return [
    ...(platform === undefined ? [] : [both]),
    ...listFaults(platforms),
    ...platforms.flatMap((each, index) => platformFaults(each, `platforms[${index}]`)),
    ...builderFaults(builders, platforms),
  ];
}

/** Checks the format of a single platform: `linux/amd64`, `linux/arm/v7`. Never throws. */
export function platformFaults(platform: unknown, path: string): Fault[] {
  if (typeof platform === "string" && /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(platform)) return [];
  const isList = Array.isArray(platform) || String(platform).includes(",");
  return [
    {
      path,
      value: platform,
      rule: "a platform must be one operating system and one architecture.",
      fix: isList ? 'write platforms: ["linux/amd64", "linux/arm64"].' : 'write "linux/amd64" or "linux/arm64".',
    },
  ];
}

function listFaults(platforms: readonly string[]): Fault[] {
  if (platforms.length === 0) {
    const rule = "must name at least one platform.";
    return [
      { path: "platforms", value: platforms, rule, fix: 'write ["linux/amd64", "linux/arm64"], or leave it out.' },
    ];
  }
  return platforms.flatMap((each, index) =>
    platforms.indexOf(each) === index
      ? []
      : [
          {
            path: `platforms[${index}]`,
            value: each,
            rule: "each platform can be listed only once.",
            fix: "remove one of them.",
          },
        ],
  );
}

function builderFaults(builders: Record<string, string>, platforms: readonly string[]): Fault[] {
  return Object.entries(builders).flatMap(([platform, address]) => {
    const path = `builders[${JSON.stringify(platform)}]`;
    const faults: Fault[] = [];
    if (!platforms.includes(platform)) {
      faults.push({
        path,
        value: platform,
        rule: "a builder must be for one of the image's `platforms`.",
        fix: platforms.length > 0 ? `write one of ${platforms.join(", ")}.` : "write `platforms`, or leave it out.",
      });
    }
    if (!/^(?:ssh|tcp|unix):\/\/[^\s]+$/.test(address)) {
      faults.push({
        path,
        value: address,
        rule: "a builder must be the address of a Docker engine.",
        fix: 'write one such as "ssh://user@host", "tcp://host:2376" or "unix:///path/docker.sock".',
      });
    }
    return faults;
  });
}
