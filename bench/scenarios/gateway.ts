import { execFileSync } from "node:child_process";
import { createHash, randomBytes, randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { interleave, type Variant } from "../measure/interleave";
import type { BenchContext, Group, Scenario } from "../scenario";

const megabyte = 2 ** 20;
const repository = "bench/throughput";

/** Layers through the sandbox's gateway, compared with the registry behind it. */
export const gateway: Scenario = {
  name: "gateway",
  minutes: 2,
  runs: 9,
  size: { n: 200, unit: "MB" },
  async run(context) {
    const environment = { ...context.env, AWS_ACCESS_KEY_ID: String(randomInt(700_000_000_000, 799_999_999_999)) };
    const ask = (...args: string[]) => JSON.parse(aws(environment, ...args)) as Record<string, unknown>;
    ask("create-repository", "--repository-name", repository);
    const { authorizationData } = ask("get-authorization-token") as {
      authorizationData: [{ authorizationToken: string; proxyEndpoint: string }];
    };
    const [{ authorizationToken, proxyEndpoint }] = authorizationData;
    return [
      await measure(context, [
        new Registry("Distribution alone", distributionAddress(context.env), {}),
        new Registry("gateway", proxyEndpoint, { Authorization: `Basic ${authorizationToken}` }),
      ]),
    ];
  },
};

function aws(env: NodeJS.ProcessEnv, ...args: string[]): string {
  return execFileSync("aws", ["ecr", ...args, "--output", "json"], { env, encoding: "utf8" });
}

/** The sandbox stores Distribution's config as JSON. */
function distributionAddress(env: NodeJS.ProcessEnv): string {
  const file = path.join(env["SANDBOX_HOME"] ?? "", "distribution", "config.yml");
  const { addr } = (JSON.parse(fs.readFileSync(file, "utf8")) as { http: { addr: string } }).http;
  return `http://${addr}`;
}

async function measure({ n, runs, log }: BenchContext, registries: readonly Registry[]): Promise<Group> {
  const size = n * megabyte;
  const layers = new Map<Registry, Buffer>();
  const variants = registries.flatMap((registry): Variant[] => [
    {
      name: `push, ${registry.name}`,
      async run() {
        const layer = newLayer(size);
        layers.set(registry, layer);
        return throughput(size, await timed(() => registry.push(layer)));
      },
    },
  ]);
  const pulls = registries.map(
    (registry): Variant => ({
      name: `pull, ${registry.name}`,
      run: async () => throughput(size, await timed(() => registry.pull(layers.get(registry) ?? Buffer.alloc(0)))),
    }),
  );
  const pushed = await interleave(variants, { runs, log });
  const pulled = await interleave(pulls, { runs, log });
  const comparison = (way: string) => ({
    title: `${way} through the gateway to Distribution alone`,
    of: `${way}, gateway`,
    to: `${way}, Distribution alone`,
    quantity: "MB/s",
    goal: { atLeast: 0.9 },
  });
  return {
    title: `A layer of ${n} MB over the registry protocol`,
    variants: { ...pushed, ...pulled },
    comparisons: [comparison("push"), comparison("pull")],
    notes: ["Pushed as Docker does it: an upload session, the layer as one PATCH, its digest with the PUT."],
  };
}

/** Random data generated once; the first bytes change, so that no stored layer matches. */
function newLayer(size: number): Buffer {
  const block = randomBytes(megabyte);
  const layer = Buffer.alloc(size, block);
  randomBytes(64).copy(layer);
  return layer;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function throughput(size: number, seconds: number) {
  return { "MB/s": size / megabyte / seconds, seconds };
}

class Registry {
  private readonly digests = new Map<Buffer, string>();

  constructor(
    readonly name: string,
    private readonly address: string,
    private readonly headers: http.OutgoingHttpHeaders,
  ) {}

  async push(layer: Buffer): Promise<void> {
    const digest = this.digestOf(layer);
    const started = await this.send("POST", `${this.address}/v2/${repository}/blobs/uploads/`, [202]);
    // ECR answers an upload part with 201, where the specification says 202.
    const sent = await this.send("PATCH", this.location(started), [201, 202], layer);
    const end = new URL(this.location(sent));
    end.searchParams.set("digest", digest);
    await this.send("PUT", end.href, [201]);
  }

  async pull(layer: Buffer): Promise<void> {
    const answer = await this.send("GET", `${this.address}/v2/${repository}/blobs/${this.digestOf(layer)}`, [200]);
    if (answer.bytes !== layer.length) throw new Error(`${this.name}: ${answer.bytes} bytes of ${layer.length}`);
  }

  private location({ headers }: { headers: http.IncomingHttpHeaders }): string {
    return new URL(headers.location ?? "", this.address).href;
  }

  /** Cached, so that a digest computed in advance does not count in the timed section. */
  private digestOf(layer: Buffer): string {
    const known = this.digests.get(layer) ?? `sha256:${createHash("sha256").update(layer).digest("hex")}`;
    this.digests.clear();
    this.digests.set(layer, known);
    return known;
  }

  private send(method: string, url: string, expected: readonly number[], body?: Buffer) {
    return new Promise<{ headers: http.IncomingHttpHeaders; bytes: number }>((resolve, reject) => {
      const headers = {
        ...this.headers,
        "Content-Length": body?.length ?? 0,
        ...(body && { "Content-Type": "application/octet-stream" }),
      };
      const request = http.request(url, { method, headers }, (response) => {
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on("error", reject);
        response.on("end", () => {
          if (expected.includes(response.statusCode ?? 0)) resolve({ headers: response.headers, bytes });
          else reject(new Error(`${this.name}: ${method} ${url}: status ${response.statusCode}`));
        });
      });
      request.on("error", reject);
      request.end(body);
    });
  }
}
