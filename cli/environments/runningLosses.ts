import { awsClients } from "../aws/clients";
import { type RunningImages, readRunningImages } from "../aws/runningImages";

/** Matches the program's refusals and warnings about a private repository with images in it (config/losses.ts). */
const loss = /the repository "([^"\s]+)" in ([a-z0-9-]+)\b[^\n]*: it holds /g;

/**
 * Whether the images of repositories that an update would delete are in use.
 *
 * @param messages Pulumi's output.
 * @param read Finds the images in use in a region. @default queries ECS and Lambda
 * @returns One line for each repository.
 */
export async function runningLosses(
  messages: string,
  read: (region: string) => Promise<RunningImages> = (region) => readRunningImages(awsClients(region), region),
): Promise<string[]> {
  const lost = new Map(
    [...messages.matchAll(loss)].map(([, name = "", region = ""]) => [`${name} ${region}`, { name, region }]),
  );
  return Promise.all(
    [...lost.values()].map(async ({ name, region }) => {
      const { images, unknown } = await read(region);
      const users = new Set(images.filter(({ reference }) => repositoryOf(reference) === name).map(({ by }) => by));
      const found =
        users.size > 0 ? `used by ${[...users].join(", ")}` : "not used by anything running in ECS or Lambda";
      const missing = unknown.length > 0 ? ` (not known: ${unknown.join("; ")})` : "";
      return `The images of ${JSON.stringify(name)} in ${region} are ${found} there${missing}.`;
    }),
  );
}

/** The repository's name in `<host>/<name>:<tag>@<digest>`. */
function repositoryOf(reference: string): string {
  const [, path = ""] = /^[^/]+\/(.*)$/.exec(reference.split("@")[0] ?? "") ?? [];
  return path.replace(/:[^:/]*$/, "");
}
