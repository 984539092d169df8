import assert from "node:assert/strict";
import { type NamedImage, namedImages } from "../../../policies/images/dockerfile";
import { foreignFrontend } from "../../../policies/images/dockerfileFrontend";
import { fullTests, toolsTimeout } from "../../sandbox/tools";
import { type Answer, askBuildkit, buildkitReader } from "./buildkit/buildkit";
import { randomDockerfiles } from "./buildkit/randomDockerfiles";

/** Image names that ECR and Docker accept; any other is refused wherever it is used. */
const possible = /^[a-z0-9][a-z0-9.:/_-]*(@sha256:[0-9a-f]{64})?$/;

/** Line, instruction and image, without duplicates. */
function asText(images: readonly { line: number; keyword: string; reference: string | undefined }[]): string[] {
  return [...new Set(images.map(({ line, keyword, reference }) => `${line} ${keyword} ${reference}`))].sort();
}

/** The images found here, without those after ONBUILD that BuildKit refuses only when a build uses the image. */
function ownImages(images: readonly NamedImage[], { images: theirs }: Answer) {
  const known = new Set(theirs?.map(({ line, reference }) => `${line} ${reference}`));
  return images
    .filter(
      ({ instruction, line, reference }) => !instruction.startsWith("ONBUILD") || known.has(`${line} ${reference}`),
    )
    .map(({ instruction, line, reference }) => ({
      line,
      reference,
      keyword: instruction.replace(/^ONBUILD /, "").split(" ")[0] ?? "",
    }));
}

describe("policies: Dockerfiles against BuildKit's own modules", function () {
  this.timeout(toolsTimeout);
  let buildkit: string;
  before(async () => {
    buildkit = await buildkitReader();
  });

  const count = fullTests ? 100_000 : 4_000;
  it(`name the same images, in each of ${count} random ones that BuildKit accepts`, () => {
    const builds = randomDockerfiles(29, count);
    const differences: unknown[] = [];
    let taken = 0;
    for (const [index, answer] of askBuildkit(buildkit, builds).entries()) {
      const { file, args, contexts } = builds[index] ?? { file: "", args: {}, contexts: [] };
      const found = namedImages(file, { args, contexts });
      if (foreignFrontend(file)?.reference !== answer.frontend) differences.push({ file, frontend: answer.frontend });
      if (answer.images === null || !answer.images.every(({ reference }) => possible.test(reference))) continue;
      taken++;
      const [own, theirs] = [asText(ownImages(found, answer)), asText(answer.images)];
      if (JSON.stringify(own) !== JSON.stringify(theirs)) differences.push({ file, args, contexts, own, theirs });
    }
    assert.deepEqual(differences.slice(0, 5), [], `${differences.length} differences`);
    assert.ok(taken > count / 10, `only ${taken} are taken`);
  });
});
