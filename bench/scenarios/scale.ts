import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
  PutLifecyclePolicyCommand,
} from "@aws-sdk/client-ecr";
import { interleave, type Samples, type Variant } from "../measure/interleave";
import { seedImages } from "../measure/seedImages";
import type { BenchContext, Group, Scenario } from "../scenario";

/** The baseline repository; large enough for a full page of images. */
const few = 100;
const pushesAtOnce = 8;
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** API calls and lifecycle runs of the local AWS in repositories of increasing size. */
export const scale: Scenario = {
  name: "scale",
  minutes: 8,
  runs: 9,
  size: { n: 100_000, unit: "images" },
  async run(context) {
    const sizes = [few, ...[context.n / 100, context.n / 10, context.n].map(Math.round)];
    const repositories: Repository[] = [];
    for (const size of new Set(sizes)) {
      const repository = await Repository.create(context.env, size);
      await repository.seed();
      context.log(`${size} images are there`);
      repositories.push(repository);
    }
    const calls = await measureCalls(repositories, context);
    const lifecycle: Record<string, Samples> = {};
    for (const repository of repositories) lifecycle[`${repository.size} images`] = await expireHalf(repository);
    return [
      calls,
      {
        title: "A lifecycle run that deletes half of a repository",
        variants: lifecycle,
        comparisons: [],
        notes: [
          "One run of each. Megabytes are the gateway's own, after the run: without what it has mapped of its state's file, which is the system's cache.",
        ],
      },
    ];
  },
};

/** Repositories keep their sizes, except for the one image that each run adds. */
async function measureCalls(repositories: readonly Repository[], context: BenchContext): Promise<Group> {
  const calls: Record<string, (repository: Repository) => Promise<() => Promise<unknown>>> = {
    "put one image": async (repository) => () => repository.push(1),
    "list 100 identifiers": async ({ ecr, repositoryName }) => {
      return () => ecr.send(new ListImagesCommand({ repositoryName, maxResults: 100 }));
    },
    "describe a page of 100": async ({ ecr, repositoryName }) => {
      return () => ecr.send(new DescribeImagesCommand({ repositoryName, maxResults: 100 }));
    },
    "describe one by its tag": async ({ ecr, repositoryName, tags }) => {
      const imageTag = tags[Math.floor(tags.length / 2)];
      return () => ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }));
    },
    "delete 100 images": async (repository) => {
      await repository.push(100);
      const imageIds = repository.tags.splice(-100).map((imageTag) => ({ imageTag }));
      const { ecr, repositoryName } = repository;
      return () => ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }));
    },
  };
  const variants = Object.entries(calls).flatMap(([name, prepare]) =>
    repositories.map(
      (repository): Variant => ({
        name: `${name}, ${repository.size}`,
        async run() {
          const call = await prepare(repository);
          const started = performance.now();
          await call();
          return { milliseconds: performance.now() - started };
        },
      }),
    ),
  );
  const measured = await interleave(variants, { runs: context.runs, log: context.log });
  const others = repositories.filter(({ size }) => size !== few);
  return {
    title: "Calls in repositories of different sizes",
    variants: measured,
    comparisons: Object.keys(calls).flatMap((name) =>
      others.map(({ size }) => ({
        title: `${name}: ${size} images to ${few}`,
        of: `${name}, ${size}`,
        to: `${name}, ${few}`,
        quantity: "milliseconds",
        goal: { atMost: 2 },
      })),
    ),
  };
}

async function expireHalf(repository: Repository): Promise<Samples> {
  const { ecr, repositoryName, size } = repository;
  const countNumber = Math.ceil(size / 2);
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber };
  const rules = [{ rulePriority: 1, selection, action: { type: "expire" } }];
  const put = new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) });
  await ecr.send(put);
  const started = performance.now();
  await request("POST", `${repository.endpoint}/_sandbox/lifecycle`, { "Content-Type": "application/json" }, "{}");
  const seconds = (performance.now() - started) / 1000;
  await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
  return samples({ seconds, "images/s": (size - countNumber) / seconds, MB: repository.memory() });
}

function samples(values: Record<string, number>): Samples {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [Number(value.toPrecision(6))]]));
}

class Repository {
  readonly tags: string[] = [];
  private readonly blobs = ["{}", "a layer"].map((text) => Buffer.from(text));
  private number = 0;

  private constructor(
    readonly ecr: ECRClient,
    readonly repositoryName: string,
    readonly size: number,
    readonly endpoint: string,
    private readonly home: string,
    private readonly address: string,
    private readonly authorization: string,
  ) {}

  static async create(env: NodeJS.ProcessEnv, size: number): Promise<Repository> {
    const { AWS_ENDPOINT_URL: endpoint = "", SANDBOX_HOME: home = "", AWS_REGION: region } = env;
    const ecr = new ECRClient({ endpoint, ...(region && { region }) });
    const repositoryName = `bench/scale-${size}`;
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const { proxyEndpoint = "", authorizationToken = "" } = authorizationData[0] ?? {};
    const address = `${proxyEndpoint}/v2/${repositoryName}`;
    const repository = new Repository(
      ecr,
      repositoryName,
      size,
      endpoint,
      home,
      address,
      `Basic ${authorizationToken}`,
    );
    for (const blob of repository.blobs) await repository.pushBlob(blob);
    return repository;
  }

  /** Fills a repository up to this many images, each with a tag. */
  async seed(): Promise<void> {
    const { repositories = [] } = await this.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [this.repositoryName] }),
    );
    const [, , , region = "", account = ""] = repositories[0]?.repositoryArn?.split(":") ?? [];
    await seedImages(this.home, { account, region, name: this.repositoryName }, this.manifests());
    // The gateway has closed idle connections in the meantime.
    agent.destroy();
    this.ecr.destroy();
  }

  private *manifests(): Iterable<[tag: string, manifest: string]> {
    while (this.number < this.size) {
      const tag = this.nextTag();
      this.tags.push(tag);
      yield [tag, this.manifest(tag)];
    }
  }

  private nextTag(): string {
    this.number += 1;
    return `build-${String(this.number).padStart(7, "0")}`;
  }

  /** Pushes distinct images, each with a tag. */
  async push(count: number): Promise<void> {
    const last = this.number + count;
    const worker = async () => {
      while (this.number < last) {
        const tag = this.nextTag();
        await this.send("PUT", `/manifests/${tag}`, manifestType, this.manifest(tag));
        this.tags.push(tag);
      }
    };
    await Promise.all(Array.from({ length: pushesAtOnce }, worker));
  }

  /** The gateway's own memory in megabytes. */
  memory(): number {
    const { pid } = JSON.parse(fs.readFileSync(path.join(this.home, "run", "gateway.json"), "utf8")) as { pid: number };
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  private async pushBlob(blob: Buffer): Promise<void> {
    const { headers } = await this.send("POST", "/blobs/uploads/", undefined, "");
    const end = new URL(headers.location ?? "", this.address);
    end.searchParams.set("digest", digestOf(blob));
    await request("PUT", end.href, { Authorization: this.authorization }, blob.toString());
  }

  private manifest(tag: string): string {
    const [config, layer] = this.blobs.map((blob) => ({ digest: digestOf(blob), size: blob.length }));
    return JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
      annotations: { "org.opencontainers.image.version": tag },
    });
  }

  private send(method: string, at: string, type: string | undefined, body: string) {
    const headers = { Authorization: this.authorization, ...(type && { "Content-Type": type }) };
    return request(method, `${this.address}${at}`, headers, body);
  }
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

const agent = new http.Agent({ keepAlive: true });

/** No timeout: a lifecycle run may take arbitrarily long. */
function request(
  method: string,
  url: string,
  headers: http.OutgoingHttpHeaders,
  body: string,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, agent, headers: { ...headers, "Content-Length": Buffer.byteLength(body) } };
    const sent = http.request(url, options, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        if ((response.statusCode ?? 500) < 300) resolve(response);
        else reject(new Error(`${method} ${url}: status ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
