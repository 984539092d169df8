import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { awsClients } from "../aws/clients";
import { registryLogin } from "../aws/registryLogin";
import { readStackOutputs } from "../stackOutputs";
import { packagesText } from "./packages";
import { type StackImage, stackImages } from "./stackImages";
import { cyclonedx, findSyft, type Syft } from "./syft";

interface SbomOptions {
  stack?: string;
  image: string[];
  out: string;
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
    .action(sbom);
}

async function sbom({ stack, image, out }: SbomOptions): Promise<void> {
  const syft = findSyft();
  const images = stackImages(await readStackOutputs(stack), image);
  if (syft.builds) {
    console.error("There is no syft on PATH. Go runs it, and builds it the first time, which takes some minutes.");
  }
  fs.mkdirSync(out, { recursive: true });
  // One after the other: syft itself uses every core.
  for (const each of images) {
    const text = await describe(syft, each);
    // A key may have slashes.
    const file = path.join(out, `${encodeURIComponent(each.key)}.cdx.json`);
    fs.writeFileSync(file, text);
    console.log(`${file}: ${packagesText(text)}`);
  }
}

async function describe(syft: Syft, { reference, region }: StackImage): Promise<string> {
  const login = region === undefined ? undefined : await registryLogin(awsClients(region).ecr);
  return cyclonedx(syft, reference, login);
}
