import { isIP } from "node:net";
import type { Fault } from "../../ecr/faults";
import { type BuildPlatforms, buildPlatformFaults } from "./buildPlatforms";

/** What `docker build` is told beside the files, and what of it decides the image's content. */
export interface BuildSettings extends BuildPlatforms {
  /**
   * Build arguments (`ARG`). They end up in the image's history and so with everyone who can pull it: a name that looks
   * like a secret's is refused.
   * @default none
   */
  args?: Record<string, string>;
  /** Names of build arguments that look like secrets and are none, such as `CACHE_KEY`. @default none */
  publicArgs?: string[];
  /** Stage to build. @default the last one */
  target?: string;
  /** Names that resolve to an address while the image is built: name to IP address, or to `host-gateway`. @default none */
  extraHosts?: Record<string, string>;
  /** Network of `RUN` instructions: `default`, `none`, `host`, or a network's name. @default Docker's own, "default" */
  network?: string;
  /**
   * Any text. Another one gives the image another tag, so that it is built anew although its source is the same: for
   * what a build downloads, such as fixes in a base image that is named by tag. Docker's own cache still counts, since
   * the provider has no `--pull`: where Docker keeps one, run `docker pull` for the base image first.
   * @default none
   */
  rebuild?: string;
}

/** Why a build with these settings would be refused: every fault, or none. */
export function buildSettingsFaults(settings: BuildSettings): Fault[] {
  const { args = {}, publicArgs = [], extraHosts = {} } = settings;
  return [
    ...Object.keys(args).flatMap((name) => buildArgumentFaults(name, publicArgs)),
    ...publicArgs.flatMap((name, index) => unusedExceptionFaults(name, `publicArgs[${index}]`, args)),
    ...Object.entries(extraHosts).flatMap(([host, address]) => extraHostFaults(host, address)),
    ...(["target", "network", "rebuild"] as const).flatMap((property) => emptyFaults(property, settings[property])),
    ...buildPlatformFaults(settings),
  ];
}

/** As BuildKit's own check SecretsUsedInArgOrEnv has it: one of these as a word of the name, unless `public` is one too. */
const secretWords = /(?:^|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const publicWord = /(?:^|_)public(?:_|$)/i;

function buildArgumentFaults(name: string, publicArgs: readonly string[]): Fault[] {
  // The value stays out of the message: it may be the secret.
  const fault = (rule: string, fix: string): Fault[] => [{ path: `args.${name}`, value: "(hidden)", rule, fix }];
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) {
    return fault(
      "a build argument's name begins with a letter or `_` and has only letters, digits, `_`, `.` and `-`.",
      "name it as the Dockerfile's ARG does.",
    );
  }
  if (!secretWords.test(name) || publicWord.test(name) || publicArgs.includes(name)) return [];
  return fault(
    "its name looks like a secret's, and build arguments stay readable in the image's history.",
    `leave it out and give the secret to the container that runs the image; if it is no secret, write publicArgs: [${JSON.stringify(name)}].`,
  );
}

function unusedExceptionFaults(name: string, path: string, args: Record<string, string>): Fault[] {
  if (Object.hasOwn(args, name)) return [];
  return [{ path, value: name, rule: "there is no build argument of this name.", fix: "leave it out." }];
}

function extraHostFaults(host: string, address: string): Fault[] {
  const path = `extraHosts.${host}`;
  const faults: Fault[] = [];
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
    faults.push({
      path,
      value: host,
      rule: "a host's name has letters, digits, `-` and `.`, and begins and ends with a letter or a digit.",
      fix: 'write it as "registry.example.com".',
    });
  }
  if (address !== "host-gateway" && isIP(address) === 0) {
    faults.push({
      path,
      value: address,
      rule: "a name resolves to an IP address.",
      fix: 'write one such as "10.0.0.1", or "host-gateway" for the machine that builds.',
    });
  }
  return faults;
}

/** An empty text where a value is optional: it would mean something else to Docker than none. */
export function emptyFaults(property: string, value: string | undefined): Fault[] {
  if (value !== "") return [];
  return [{ path: property, value, rule: "it must not be empty.", fix: "write a value, or leave it out." }];
}
