import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { itInFull } from "../tools";
import { type ExportedState, LiveProject } from "./liveProject";

/** URNs of this config's resources in a state of version 0.1.0, which named resources by their config keys. */
const formerUrns = JSON.parse(fs.readFileSync(path.join(__dirname, "version-0.1.0.json"), "utf8")) as string[];

const config = (account: string) => ({
  privateRepositories: {
    cart: { createKey: true, access: { pullFrom: ["210987654321"] } },
    shop: { repositoryName: "team/shop", encryption: "aes256", exclusionFilters: ["latest"] },
    far: { region: "eu-west-1", encryption: "aes256", forceDelete: true },
  },
  publicRepositories: { gallery: { repositoryName: "pets/gallery", access: { pushFrom: ["210987654321"] } } },
  registries: {
    main: {
      policy: {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Replicate",
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::210987654321:root" },
            Action: ["ecr:ReplicateImage"],
            Resource: "*",
          },
        ],
      },
      replication: [{ regions: ["ap-northeast-1"] }],
      pullThroughCache: [{ upstream: "docker-hub", credential: { username: "pets", accessToken: "token" } }],
      creationTemplates: [{ prefix: "docker-hub", appliedFor: ["PULL_THROUGH_CACHE"] }],
      accountSettings: { blobMounting: true },
      pullTimeExclusions: ["arn:aws:iam::210987654321:role/scanner"],
    },
  },
  pushRoles: {
    release: {
      repositories: ["private/shop"],
      createProvider: true,
      roleName: "shop-release",
      github: [{ repository: "octo-org/shop", branches: ["main"] }],
    },
  },
  registryEvents: {
    images: {
      topicName: "shop-images",
      kmsKey: `arn:aws:kms:ap-northeast-2:${account}:key/12345678-1234-1234-1234-123456789012`,
    },
  },
  images: { shop: { context: "tiny", repositories: ["private/shop", "public/gallery"], tags: ["latest"] } },
});

/** The URN that version 0.1.0 gave to a resource with this URN now. */
function formerUrn(urn: string): string {
  const [types = "", ...name] = urn.split("::").slice(2);
  const now = name.join("::");
  const former = types.startsWith("ecr:index:ContainerImage")
    ? now.replace("private-team/shop:", "private-shop-").replace("public-pets/gallery:", "public-gallery-")
    : types.startsWith("ecr:index:Registry$") || types === "ecr:index:Registry"
      ? now.replace(/ap-northeast-2/, "main")
      : now
          .replace(/^team\/shop$/, "shop")
          .replace(/^far@eu-west-1$/, "far")
          .replace(/^pets\/gallery$/, "gallery")
          .replace(/^shop-release$|^token\.actions\.githubusercontent\.com$/, "release")
          .replace(/^shop-images/, "images");
  return [...urn.split("::").slice(0, 2), types, former].join("::");
}

const imageType = "docker:index/image:Image";

/** Resources that copy and tag images: version 0.1.0 left that to Docker and did not have them. */
const carries = (urn: string) => /\$ecr:index:Image(Copy|Tags)::/.test(urn);
const isCopy = (urn: string) => urn.includes(imageType) && !/::shop-src-\w+$/.test(urn);

describe("stack life: a stack of version 0.1.0", function () {
  this.timeout(900_000);
  let project: LiveProject;
  before(async () => {
    project = new LiveProject();
    fs.mkdirSync(path.join(project.directory, "tiny"));
    project.write("tiny/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    await project.init();
    project.configure(config(project.account));
    await project.up();
  });
  after(async () => {
    project.configure({
      ...config(project.account),
      privateRepositories: Object.fromEntries(
        Object.entries(config(project.account).privateRepositories).map(([key, each]) => [
          key,
          { ...each, forceDelete: true },
        ]),
      ),
    });
    await project.pulumi("up", "--yes", "--skip-preview");
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  it("migrates without a change in AWS: its state drops Docker's copies and gains the image's tags", async () => {
    const imagesInAws = () => project.aws("ecr", "describe-images", "--repository-name", "team/shop");
    const before = [await imagesInAws(), await project.registrySettings(), await project.repositories()];

    // The state as version 0.1.0 wrote it: outputs from this account's AWS, under the old names and URNs.
    const { stdout } = await project.mustPulumi("stack", "export");
    const urns = Object.keys(await project.resources()).filter((urn) => !urn.includes("::pulumi:providers:"));
    const images = formerUrns.filter((urn) => urn.includes(imageType));
    assert.deepEqual(
      [...urns.filter((urn) => !carries(urn)).map(formerUrn), ...images.filter(isCopy)].sort(),
      formerUrns,
    );
    const former = urns.reduce(
      (text, urn) => text.replaceAll(JSON.stringify(urn), JSON.stringify(formerUrn(urn))),
      stdout,
    );
    const state = JSON.parse(former) as ExportedState;
    state.deployment.resources = state.deployment.resources
      .filter(({ type, urn }) => !/^pulumi:providers:(pulumi|ecr)$/.test(String(type)) && !carries(String(urn)))
      // Docker made one more resource for each copy of the image.
      .flatMap((resource) => {
        if (resource["type"] !== imageType) return [resource];
        return [resource, ...images.filter(isCopy).map((urn) => ({ ...resource, urn }))];
      });
    await project.importState(state, "deleteBeforeReplace", "replacementTrigger");
    assert.deepEqual(
      Object.keys(await project.resources())
        .filter((urn) => !urn.includes("::pulumi:providers:"))
        .sort(),
      formerUrns,
    );

    const { output } = await project.mustPulumi("up", "--yes", "--skip-preview");
    const { length: copies } = images.filter(isCopy);
    assert.match(output, new RegExp(`\\+ 2 created\\s+- ${copies} deleted\\s+6 changes\\. \\d+ unchanged`));
    await project.mustBeSettled();
    assert.deepEqual([await imagesInAws(), await project.registrySettings(), await project.repositories()], before);
    // The resources now have their new names.
    assert.deepEqual(
      Object.keys(await project.resources())
        .filter((urn) => !urn.includes("::pulumi:providers:"))
        .sort(),
      urns.sort(),
    );
  });

  itInFull(
    "migrates from an update that stopped half-way, with some repositories, policies and settings renamed",
    async () => {
      const before = [await project.registrySettings(), await project.repositories()];
      const { stdout } = await project.mustPulumi("stack", "export");
      const urns = Object.keys(await project.resources());
      // Every second child, policies and settings included, still has its old name.
      const left = urns
        .filter((urn) => /\$aws:(ecr|ecrpublic|kms)\//.test(urn) && formerUrn(urn) !== urn)
        .filter((_, index) => index % 2 === 0);
      assert.ok(left.length > 4, left.join("\n"));
      const halfWay = left.reduce(
        (text, urn) => text.replaceAll(JSON.stringify(urn), JSON.stringify(formerUrn(urn))),
        stdout,
      );
      await project.importState(JSON.parse(halfWay) as ExportedState);
      await project.mustPulumi("preview", "--expect-no-changes");
      await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
      await project.mustBeSettled();
      assert.deepEqual([await project.registrySettings(), await project.repositories()], before);
      assert.deepEqual(Object.keys(await project.resources()).sort(), urns.sort());
    },
  );
});
