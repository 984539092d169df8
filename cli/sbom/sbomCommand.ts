import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { awsClients } from "../aws/clients";
import { registryLogin } from "../aws/registryLogin";
import { withProgress } from "../progress";
import { ensureStack } from "../sandbox";
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
    .description("lists the packages in a stack's images, read from the registry: one CycloneDX file per image")
    .option("--stack <stack>", "the stack whose outputs have the images (default: the selected one)")
    .option(
      "--image <key>",
      "key of an image in the config; can be repeated (default: all)",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option("--out <folder>", "folder for the files `<key>.cdx.json`", "sbom")
    .option("--json", "print JSON: each file with its image and its number of packages", false)
    .action(sbom);
}

async function sbom({ stack, image, out, json }: SbomOptions): Promise<void> {
  if ((await ensureStack(stack)) === "handed over") return;
  const syft = findSyft();
  const images = stackImages(
    await withProgress("asking Pulumi for the stack's outputs", () => readStackOutputs(stack)),
    image,
  );
  if (syft.builds) {
    printError("syft is not on PATH. Go runs it instead; the first build takes a few minutes.");
    await withProgress("Go builds syft", () => warmUp(syft));
  }
  // Before the first image is read: no image may get another registry's credentials.
  const logins = await Promise.all(images.map(loginFor));
  const written: object[] = [];
  fs.mkdirSync(out, { recursive: true });
  // One at a time: syft itself uses every core.
  for (const [index, each] of images.entries()) {
    const text = await withProgress(`syft reads ${each.key}`, () => cyclonedx(syft, each.reference, logins[index]));
    const file = sbomFile(out, each.key);
    fs.writeFileSync(file, text);
    if (!json) print(`${file}: ${packagesText(text)}`);
    written.push({ key: each.key, reference: each.reference, file, packages: countPackages(text) });
  }
  if (json) print(JSON.stringify(written, undefined, 2));
}

/** Maximum length of a file's name without extension: file systems allow 255 bytes. */
const longestName = 240;

/** An image's file in the folder: its key may contain slashes or any other character. */
export function sbomFile(folder: string, key: string): string {
  // A lone surrogate cannot be encoded in UTF-8.
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
      `the output \`images.${key}\` says that it is at ${reference}, but ${refusal}. Nothing was sent. Find out who changed the ` +
        "stack's outputs.",
    );
  }
  return { host, ...login.forHost(host) };
}
