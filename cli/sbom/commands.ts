import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { awsClients } from "../aws/clients";
import { registryLogin } from "../aws/registryLogin";
import { during } from "../progress";
import { atStack } from "../sandbox";
import { readStackOutputs } from "../stackOutputs";
import { print, printError } from "../terminal";
import { countPackages, packagesText } from "./packages";
import { type StackImage, stackImages } from "./stackImages";
import { cyclonedx, findSyft, type HostLogin, warmUp } from "./syft";

interface SbomOptions {
  stack?: string;
  image: string[];
  out: string;
  json: boolean;
}

/** Adds `sbom` to a command line. */
export function addSbomCommand(program: Command): void {
  program
    .command("sbom")
    .description("lists the packages in a stack's images, as the registry has them: one CycloneDX file for each")
    .option("--stack <stack>", "the stack whose outputs name the images (default: the selected one)")
    .option(
      "--image <key>",
      "an image by its key in config; may be repeated (default: all)",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option("--out <folder>", "the folder to write `<key>.cdx.json` to", "sbom")
    .option("--json", "print JSON: each file with its image and how many packages it lists", false)
    .action(sbom);
}

async function sbom({ stack, image, out, json }: SbomOptions): Promise<void> {
  if ((await atStack(stack)) === "handed over") return;
  const syft = findSyft();
  const images = stackImages(
    await during("asking Pulumi for the stack's outputs", () => readStackOutputs(stack)),
    image,
  );
  if (syft.builds) {
    printError("There is no syft on PATH. Go runs it, and builds it the first time, which takes some minutes.");
    await during("Go builds syft", () => warmUp(syft));
  }
  // Before the first image is read: none of them may get another registry's login.
  const logins = await Promise.all(images.map(loginFor));
  const written: object[] = [];
  fs.mkdirSync(out, { recursive: true });
  // One after the other: syft itself uses every core.
  for (const [index, each] of images.entries()) {
    const text = await during(`syft reads ${each.key}`, () => cyclonedx(syft, each.reference, logins[index]));
    const file = sbomFile(out, each.key);
    fs.writeFileSync(file, text);
    if (!json) print(`${file}: ${packagesText(text)}`);
    written.push({ key: each.key, reference: each.reference, file, packages: countPackages(text) });
  }
  if (json) print(JSON.stringify(written, undefined, 2));
}

/** Longest name of a file, without its ending: file systems take 255 bytes. */
const longestName = 240;

/** An image's file in the folder: its key may have slashes, or be anything at all. */
export function sbomFile(folder: string, key: string): string {
  // Half a pair of surrogates has no form in UTF-8.
  const whole = key.replace(/\p{Surrogate}/gu, "\ufffd");
  const name = encodeURIComponent(whole);
  const hash = () => createHash("sha256").update(key, "utf16le").digest("hex");
  const isWhole = name.length <= longestName && key === whole;
  return path.join(folder, `${isWhole ? name : `${name.slice(0, longestName - 65)}-${hash()}`}.cdx.json`);
}

async function loginFor({ key, reference, registry }: StackImage): Promise<HostLogin | undefined> {
  if (registry === undefined) return undefined;
  const login = await registryLogin(awsClients(registry.region).ecr, registry.registryId);
  const host = reference.slice(0, reference.indexOf("/"));
  const refusal = login.refusal(host);
  if (refusal !== undefined) {
    throw new Error(
      `the output \`images.${key}\` says that it is at ${reference}, but ${refusal}. Nothing was sent. Look who changed the ` +
        "stack's outputs.",
    );
  }
  return { host, ...login.forHost(host) };
}
