import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { installedVersion, installProviders } from "../../../sandbox/providers/installProviders";

const names = ["aws", "awsx", "docker", "docker-build"] as const;
type Name = (typeof names)[number];

describe("installProviders", () => {
  let pulumiHome = "";
  let bundles = "";
  let versions: Record<Name, string>;
  const messages: string[] = [];
  const progress = (message: string) => messages.push(message);

  beforeEach(async () => {
    pulumiHome = fs.mkdtempSync(path.join(os.tmpdir(), "pulumi-home-"));
    bundles = path.join(pulumiHome, "bundles");
    fs.mkdirSync(bundles);
    for (const name of names) {
      fs.writeFileSync(path.join(bundles, `pulumi-resource-${name}.cjs`), `#!/usr/bin/env node\n// ${name}\n`);
    }
    const found = await Promise.all(names.map(async (name) => [name, await installedVersion(name)] as const));
    versions = Object.fromEntries(found) as Record<Name, string>;
    messages.length = 0;
  });
  afterEach(() => fs.rmSync(pulumiHome, { recursive: true }));

  const plugin = (name: Name) =>
    path.join(pulumiHome, "plugins", `resource-${name}-v${versions[name]}`, `pulumi-resource-${name}`);

  it("installs executables under the installed SDK packages' versions, and only changed ones", async () => {
    const first = await installProviders({ pulumiHome, bundles, progress, environment: {} });
    assert.deepEqual(first, [
      { name: "aws", version: versions.aws, changed: true },
      { name: "awsx", version: versions.awsx, changed: true },
      { name: "docker", version: versions.docker, changed: true },
      { name: "docker-build", version: versions["docker-build"], changed: true },
    ]);
    assert.equal(fs.statSync(plugin("aws")).mode & 0o777, 0o755);
    assert.equal(fs.readFileSync(plugin("docker"), "utf8"), "#!/usr/bin/env node\n// docker\n");
    // Only a shim: the bundle has to stay where the SDKs that it uses are installed.
    const awsx = path.join(bundles, "pulumi-resource-awsx.cjs");
    assert.equal(fs.readFileSync(plugin("awsx"), "utf8"), `#!/usr/bin/env node\nrequire("${awsx}");\n`);
    const before = fs.statSync(plugin("aws")).mtimeMs;
    const second = await installProviders({ pulumiHome, bundles, progress, environment: {} });
    assert.deepEqual(
      second.map(({ changed }) => changed),
      [false, false, false, false],
    );
    assert.equal(fs.statSync(plugin("aws")).mtimeMs, before);
    fs.writeFileSync(path.join(bundles, "pulumi-resource-aws.cjs"), "#!/usr/bin/env node\n// newer\n");
    const third = await installProviders({ pulumiHome, bundles, progress, environment: {} });
    assert.deepEqual(
      third.map(({ changed }) => changed),
      [true, false, false, false],
    );
    assert.match(fs.readFileSync(plugin("aws"), "utf8"), /newer/);
    assert.deepEqual(fs.readdirSync(path.dirname(plugin("aws"))).sort(), [".sandbox-stand-in", "pulumi-resource-aws"]);
  });

  it("makes way for released plugins when they are requested, and keeps what the CLI downloaded", async () => {
    await installProviders({ pulumiHome, bundles, progress, environment: {} });
    const released = { SANDBOX_PLUGINS: "released" };
    const result = await installProviders({ pulumiHome, bundles, progress, environment: released });
    assert.deepEqual(
      result.map(({ changed }) => changed),
      [true, true, true, true],
    );
    assert.equal(fs.existsSync(path.dirname(plugin("aws"))), false);
    fs.mkdirSync(path.dirname(plugin("aws")), { recursive: true });
    fs.writeFileSync(plugin("aws"), "the released plugin");
    await installProviders({ pulumiHome, bundles, progress, environment: released });
    assert.equal(fs.readFileSync(plugin("aws"), "utf8"), "the released plugin");
  });

  it("says what is missing or wrong", async () => {
    await assert.rejects(
      installProviders({ pulumiHome, bundles, environment: { SANDBOX_PLUGINS: "yes" } }),
      /SANDBOX_PLUGINS: "yes": expected "released" or "stand-in"/,
    );
    fs.rmSync(path.join(bundles, "pulumi-resource-docker.cjs"));
    await assert.rejects(
      installProviders({ pulumiHome, bundles, environment: {} }),
      /pulumi-resource-docker\.cjs: ENOENT.*; run `npm run build`/,
    );
  });
});
