import assert from "node:assert/strict";
import { itInFull } from "../tools";
import { LiveProject } from "./liveProject";

const registry = {
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
  creationTemplates: [{ prefix: "team", appliedFor: ["REPLICATION"], resourceTags: { team: "pets" } }],
  accountSettings: { blobMounting: true },
  pullTimeExclusions: ["arn:aws:iam::210987654321:role/scanner"],
};
const role = {
  github: [{ repository: "octo-org/shop", branches: ["main"] }],
  createProvider: true,
  roleName: "push-shop",
};

describe("stack life: a new key for the same resource", function () {
  this.timeout(900_000);
  let project: LiveProject;

  before(async () => {
    project = new LiveProject();
    await project.init();
    project.configure({
      privateRepositories: {
        cart: { forceDelete: true, access: { pullFrom: ["210987654321"] } },
        shop: { forceDelete: true },
      },
      publicRepositories: { gallery: { catalogData: { description: "Pets" } } },
      registries: { main: registry },
      pushRoles: { release: { ...role, repositories: ["private/shop"] } },
      registryEvents: { events: { topicName: "ecr-events" } },
    });
    await project.up();
    await project.push((await project.outputs()).privateRepositories["cart"]?.url ?? "", "1.0.0");
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  const renamed = {
    privateRepositories: {
      basket: { repositoryName: "cart", forceDelete: true, access: { pullFrom: ["210987654321"] } },
      store: { repositoryName: "shop", forceDelete: true },
    },
    publicRepositories: { show: { repositoryName: "gallery", catalogData: { description: "Pets" } } },
    registries: { seoul: { ...registry, region: "ap-northeast-2" } },
    pushRoles: { publish: { ...role, repositories: ["private/store"] } },
    registryEvents: { notices: { topicName: "ecr-events" } },
  };

  it("changes nothing: no repository, image, policy, registry setting, role or provider", async () => {
    const [images, settings] = [await project.images("cart"), await project.registrySettings()];
    const before = await project.resources();
    project.configure(renamed);
    await project.mustPulumi("preview", "--expect-no-changes");
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await project.mustBeSettled();
    assert.deepEqual(await project.images("cart"), images);
    assert.equal(images.length, 1);
    assert.deepEqual(await project.registrySettings(), settings);
    assert.deepEqual(Object.keys(await project.resources()).sort(), Object.keys(before).sort());
    assert.deepEqual(Object.keys((await project.outputs()).privateRepositories), ["basket", "store"]);
  });

  it("keeps both repositories when two keys are swapped", async () => {
    const { basket, store } = renamed.privateRepositories;
    project.configure({
      ...renamed,
      privateRepositories: { store: basket, basket: store },
      pushRoles: { publish: { ...role, repositories: ["private/basket"] } },
    });
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.equal((await project.images("cart")).length, 1);
    project.configure(renamed);
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  });

  itInFull("replaces a role without roleName, but keeps the identity provider, whichever role has it", async () => {
    const gitlab = [{ project: "pets/shop", branches: ["main"] }];
    const providers = () => project.aws("iam", "list-open-id-connect-providers");
    const roles = (others: object) => ({ ...renamed, pushRoles: { ...renamed.pushRoles, ...others } });
    const own = { gitlab, repositories: ["private/store"] };
    project.configure(roles({ nightly: { ...own, createProvider: true } }));
    await project.up();
    const before = await providers();
    project.configure(roles({ daily: { ...own, createProvider: true } }));
    await project.up();
    assert.deepEqual(await providers(), before);
    const providerArn = `arn:aws:iam::${project.account}:oidc-provider/gitlab.com`;
    project.configure(roles({ daily: { ...own, providerArn }, weekly: { ...own, createProvider: true } }));
    await project.up();
    assert.deepEqual(await providers(), before);
    await project.mustBeSettled();
    project.configure(renamed);
    await project.up();
  });

  itInFull("fails the preview of a second stack for the same region, and keeps the first one's settings", async () => {
    const settings = await project.registrySettings();
    const second = new LiveProject(project.account);
    try {
      await second.init();
      second.configure({
        registries: { main: { replication: [{ regions: ["us-east-1"] }] } },
        privateRepositories: { beside: {} },
      });
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output } = await second.pulumi(...command);
        assert.notEqual(code, 0);
        assert.match(output, /This stack did not make the replication settings that the registry of account/);
        assert.match(output, /This stack did not make the scanning settings/);
        assert.match(output, /Write scanning: false if another stack or team manages them/);
      }
      assert.deepEqual(await project.registrySettings(), settings);
      assert.deepEqual(await project.repositories(), ["cart", "shop"]);
      // As the message says.
      second.configure({ registries: { main: { scanning: false } } });
      await second.up();
      await second.mustPulumi("destroy", "--yes", "--skip-preview");
      assert.deepEqual(await project.registrySettings(), settings);
    } finally {
      second.remove();
    }
  });

  it("overwrites settings made by hand with the stack's own on takeOver", async () => {
    const other = new LiveProject();
    try {
      await other.init();
      const scanning = ["ecr", "put-registry-scanning-configuration", "--scan-type", "ENHANCED", "--rules", "[]"];
      await other.must("aws", ...scanning);
      other.configure({ registries: { main: {} } });
      assert.match((await other.pulumi("preview")).output, /or takeOver: true to overwrite them/);
      other.configure({ registries: { main: { takeOver: true } } });
      await other.up();
      const { scanningConfiguration } = await other.aws<{ scanningConfiguration: { scanType: string } }>(
        ...["ecr", "get-registry-scanning-configuration"],
      );
      assert.equal(scanningConfiguration.scanType, "BASIC");
      // The settings are this stack's from now on.
      other.configure({ registries: { main: {} } });
      await other.mustBeSettled();
      await other.mustPulumi("destroy", "--yes", "--skip-preview");
    } finally {
      other.remove();
    }
  });

  itInFull("fails the preview of a component renamed in code, until an alias keeps its repository", async () => {
    const other = new LiveProject();
    const program = (name: string, opts = "") =>
      `import { PrivateRepository } from "./components";
       export const url = new PrivateRepository("${name}", { repositoryName: "cart", forceDelete: true }, {${opts}}).url;`;
    try {
      await other.init();
      other.configure({});
      other.write("index.ts", program("cart"));
      await other.up();
      await other.push((await other.mustPulumi("stack", "output", "url")).stdout.trim(), "1.0.0");
      other.write("index.ts", program("basket"));
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output } = await other.pulumi(...command);
        assert.notEqual(code, 0);
        assert.match(output, /This stack already has the repository of this name as "cart"/);
      }
      assert.equal((await other.images("cart")).length, 1);
      // As the message says.
      other.write("index.ts", program("basket", `aliases: [{ name: "cart" }]`));
      await other.up();
      assert.equal((await other.images("cart")).length, 1);
      await other.mustBeSettled();
      await other.mustPulumi("destroy", "--yes", "--skip-preview");
    } finally {
      other.remove();
    }
  });
});
