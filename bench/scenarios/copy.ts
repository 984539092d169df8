import { execFileSync } from "node:child_process";
import { createHash, randomBytes, randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { buildSync } from "esbuild";
import { measureCommand } from "../measure/command";
import { interleave, type Variant } from "../measure/interleave";
import { type CopyEndpoint, type CopyRequest, clientOf } from "../programs/copyImage";
import { root } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";

const megabyte = 2 ** 20;
const layerCount = 20;
const start = "start of ours";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Copies an image between registries, compared with crane and, if installed, skopeo. */
export const copy: Scenario = {
  name: "copy",
  minutes: 12,
  size: { n: 1000, unit: "MB" },
  async run(context) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bench-copy-"));
    try {
      const bench = new CopyBench(context, folder);
      await bench.prepare();
      return [
        await bench.measure("An image of 20 layers, registry to registry", "elsewhere", 0),
        await bench.measure("The same where 19 of the 20 layers are there", "elsewhere", layerCount - 1),
        await bench.measure("The same within one registry, by mounts", "here", 0),
      ];
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Twelve digits: the sandbox treats such an access key ID as a separate account. */
function newAccount(): string {
  return String(randomInt(700_000_000_000, 799_999_999_999));
}

class CopyBench {
  private readonly accounts = { here: newAccount(), elsewhere: newAccount() };
  private readonly layers: Buffer[];
  /** Node as pulumi-resource-ecr starts it. */
  private readonly node = [process.execPath, "--max-semi-space-size=1"] as const;
  private readonly program: string;
  private readonly crane: string;
  private readonly env: NodeJS.ProcessEnv;
  private source: CopyEndpoint = { host: "", repository: "", authorizationToken: "" };
  private digest = "";
  private repositories = 0;

  constructor(
    private readonly context: BenchContext,
    private readonly folder: string,
  ) {
    const block = randomBytes(megabyte);
    const size = Math.ceil((context.n / layerCount) * megabyte);
    // Random data generated once; the first bytes change, so that no stored layer matches.
    this.layers = Array.from({ length: layerCount }, () => {
      const layer = Buffer.alloc(size, block);
      randomBytes(64).copy(layer);
      return layer;
    });
    this.program = path.join(folder, "copyImage.js");
    const entryPoints = [path.join(root, "bench/programs/copyImage.ts")];
    buildSync({ entryPoints, outfile: this.program, bundle: true, platform: "node", target: "node22" });
    this.crane = path.join(folder, "crane");
    const build = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", this.crane];
    execFileSync("go", [...build, "github.com/google/go-containerregistry/cmd/crane"], {
      cwd: path.join(root, "tests/sandbox/goTools"),
      env: { ...process.env, CGO_ENABLED: "0" },
    });
    this.env = { ...context.env, DOCKER_CONFIG: folder };
  }

  async prepare(): Promise<void> {
    this.aws("here", "put-account-setting", "--name", "BLOB_MOUNTING", "--value", "ENABLED");
    this.source = this.newRepository("here");
    const { host, authorizationToken } = this.newRepository("elsewhere");
    const auths = Object.fromEntries(
      [this.source, { host, authorizationToken }].map((each) => [each.host, { auth: each.authorizationToken }]),
    );
    fs.writeFileSync(path.join(this.folder, "config.json"), JSON.stringify({ auths }));
    this.digest = await this.push(this.source, this.layers);
  }

  /** @param there How many of the layers already exist at the target, in another image. */
  async measure(title: string, where: "here" | "elsewhere", there: number): Promise<Group> {
    const target = async () => {
      const place = this.newRepository(where);
      if (there > 0) await this.push(place, this.layers.slice(0, there));
      return place;
    };
    const variant = (name: string, command: (target: CopyEndpoint) => [string, ...string[]]): Variant => ({
      name,
      run: async () => {
        const place = await target();
        const run = await measureCommand(command(place), { cwd: this.folder, env: this.env, memory: true });
        return { seconds: run.seconds, "peak MB": run.peakMegabytes ?? 0 };
      },
    });
    const address = ({ host, repository }: CopyEndpoint) => `${host}/${repository}`;
    const variants = [
      variant("crane copy", (to) => [this.crane, "copy", `${address(this.source)}@${this.digest}`, `${address(to)}:1`]),
      variant("ours", (to) => {
        const order: CopyRequest = { source: this.source, target: to, digest: this.digest, tag: "1" };
        return [...this.node, this.program, JSON.stringify(order)];
      }),
    ];
    // The start of Node.js alone; in an update, the provider that copies images is already running.
    variants.push(variant(start, () => [...this.node, this.program]));
    const hasSkopeo = isInstalled("skopeo");
    if (hasSkopeo) {
      const options = ["--insecure-policy", "copy", "--all", "--preserve-digests", "--authfile", "config.json"];
      const tls = ["--src-tls-verify=false", "--dest-tls-verify=false"];
      variants.push(
        variant("skopeo copy", (to) => [
          "skopeo",
          ...options,
          ...tls,
          `docker://${address(this.source)}@${this.digest}`,
          `docker://${address(to)}:1`,
        ]),
      );
    }
    const ours = { variant: "ours", beyond: start };
    const against = (peer: string) => ({ title: `${title}: ours to ${peer}`, of: ours, to: peer });
    return {
      title: `${title} (${this.context.n} MB)`,
      variants: await interleave(variants, this.context),
      comparisons: [
        { ...against("crane copy"), goal: { atMost: 1 } },
        ...(hasSkopeo ? [against("skopeo copy")] : []),
        { title: `${title}: memory, MB`, of: "ours", to: 1, quantity: "peak MB", goal: { atMost: 100 } },
        ...(where === "here" ? [{ title: `${title}: seconds`, of: ours, to: 1, goal: { atMost: 1 } }] : []),
      ],
      notes: [
        "Each run copies into a new repository. The start of Node is not counted: the provider has started already. Without referrers, as the peers copy none.",
      ],
    };
  }

  private newRepository(where: "here" | "elsewhere"): CopyEndpoint {
    const repository = `bench/copy-${++this.repositories}`;
    this.aws(where, "create-repository", "--repository-name", repository);
    const answer = this.aws(where, "get-authorization-token") as {
      authorizationData: [{ authorizationToken: string; proxyEndpoint: string }];
    };
    const [{ authorizationToken, proxyEndpoint }] = answer.authorizationData;
    return { host: new URL(proxyEndpoint).host, repository, authorizationToken };
  }

  private aws(where: "here" | "elsewhere", ...args: string[]): unknown {
    const env = { ...this.context.env, AWS_ACCESS_KEY_ID: this.accounts[where] };
    return JSON.parse(execFileSync("aws", ["ecr", ...args, "--output", "json"], { env, encoding: "utf8" }));
  }

  private async push(place: CopyEndpoint, layers: readonly Buffer[]): Promise<string> {
    const client = clientOf(place);
    const put = async (content: Buffer, mediaType: string) => {
      const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
      const read = async function* (from: number) {
        yield content.subarray(from);
      };
      await client.uploadBlob({ digest, size: content.length, read });
      return { mediaType, digest, size: content.length };
    };
    const config = await put(
      Buffer.from(`{"os":"linux","architecture":"amd64","layers":${layers.length}}`),
      "application/vnd.oci.image.config.v1+json",
    );
    const described = [];
    for (const layer of layers) described.push(await put(layer, "application/vnd.oci.image.layer.v1.tar+gzip"));
    const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: described };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    await client.putManifest(digest, bytes, manifestType);
    return digest;
  }
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
