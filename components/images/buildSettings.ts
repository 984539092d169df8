import { isIP } from "node:net";
import { detectSecret } from "../../ecr/docker/secretDetection";
import type { Fault } from "../../ecr/faults";
import { type BuildPlatforms, buildPlatformFaults } from "./buildPlatforms";

/** Inputs of `docker build` besides the files, and which of them determine the image's content. */
export interface BuildSettings extends BuildPlatforms {
  /**
   * Build arguments (`ARG`). They are stored in the image's history and visible to everyone who can pull it: a name or
   * value that looks like a secret is refused.
   * @default none
   */
  args?: Record<string, string>;
  /** Names of build arguments that look like secrets but are not secret, such as `MAPS_KEY`. @default none */
  publicArgs?: string[];
  /** Stage to build. @default the last one */
  target?: string;
  /**
   * Host names that resolve to an address during the build: name to IP address, or to `host-gateway`.
   * @default none
   */
  extraHosts?: Record<string, string>;
  /** Network of `RUN` instructions: `default`, `none`, `host`, or a network's name. @default Docker's own, "default" */
  network?: string;
  /**
   * Any string. A new value gives the image a new tag, so that it is built again although its source is the same: for
   * what a build downloads, such as fixes in a base image that is referenced by tag. Docker's own cache is still used,
   * because the provider has no `--pull`: where Docker keeps one, run `docker pull` for the base image first.
   * @default none
   */
  rebuild?: string;
}

/** Faults of a build with these settings; empty when there are none. */
export function buildSettingsFaults(settings: BuildSettings): Fault[] {
  const { args = {}, publicArgs = [], extraHosts = {} } = settings;
  return [
    ...Object.entries(args).flatMap(([name, value]) => buildArgumentFaults(name, value, publicArgs)),
    ...publicArgs.flatMap((name, index) => unusedExceptionFaults(name, `publicArgs[${index}]`, args)),
    ...Object.entries(extraHosts).flatMap(([host, address]) => extraHostFaults(host, address)),
    ...(["target", "network", "rebuild"] as const).flatMap((property) => emptyFaults(property, settings[property])),
    ...buildPlatformFaults(settings),
  ];
}

function buildArgumentFaults(name: string, given: string, publicArgs: readonly string[]): Fault[] {
  // The value is not shown: it may be the secret.
  const fault = (rule: string, fix: string): Fault[] => [{ path: `args.${name}`, value: "(hidden)", rule, fix }];
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
    return fault(
      "a build argument's name must begin with a letter or `_` and can have only letters, digits, `_`, `.` and `-`.",
      "use the name of the Dockerfile's ARG.",
    );
  }
  const looks = publicArgs.includes(name) ? undefined : detectSecret(name, given);
  if (looks === undefined) return [];
  return fault(
    `its ${looks} looks like a secret's, and build arguments stay readable in the image's history.`,
    `remove it and pass the secret to the build with builder: "buildkit" and secrets; if it is not a secret, write publicArgs: [${JSON.stringify(name)}].`,
  );
}

function unusedExceptionFaults(name: string, path: string, args: Record<string, string>): Fault[] {
  if (Object.hasOwn(args, name)) return [];
  return [{ path, value: name, rule: "must be the name of a build argument in args.", fix: "remove it." }];
}

function extraHostFaults(host: string, address: string): Fault[] {
  const path = `extraHosts.${host}`;
  const faults: Fault[] = [];
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
    faults.push({
      path,
      value: host,
      rule: "a host name must have only letters, digits, `-` and `.`, and begin and end with a letter or a digit.",
      fix: 'write it as "registry.example.com".',
    });
  }
  if (address !== "host-gateway" && isIP(address) === 0) {
    faults.push({
      path,
      value: address,
      rule: "must be an IP address.",
      fix: 'write one such as "10.0.0.1", or "host-gateway" for the build machine.',
    });
  }
  return faults;
}

/** Rejects an empty string for an optional value: Docker would not treat it as unset. */
export function emptyFaults(property: string, value: string | undefined): Fault[] {
  if (value !== "") return [];
  return [{ path: property, value, rule: "must not be empty.", fix: "write a value, or leave it out." }];
}
