import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { account, digest, known, type MockRegistry, type Mocks, startMocks } from "./mocks";

export const imageType = "docker:index/image:Image";

/** Address of the mocks' private repository. */
export const privateUrl = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`;
/** Digest of another image than the one that is pushed. */
export const otherDigest = `sha256:${"e".repeat(64)}`;

/** How the engine's protocol marks a secret. The whole login of an image is one. */
export function secret(value: unknown): Record<string, unknown> {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

export const privateLogin = secret({
  server: `https://${privateUrl.split("/")[0]}`,
  username: "AWS",
  password: "private-token",
});
export const publicLogin = secret({ server: "public.ecr.aws", username: "AWS", password: "public-token" });

const copyContext = path.join("components", "images", "imageCopy");

/** The build that gives the image that it names. */
export function copyOf(source: string, platform = "linux/amd64"): Record<string, unknown> {
  return {
    context: copyContext,
    dockerfile: path.join(copyContext, "Dockerfile"),
    args: { SOURCE: source },
    builderVersion: "BuilderV1",
    platform,
  };
}

/** The same, for an image that stays in Docker. */
export function fetchOf(source: string, platform = "linux/amd64"): Record<string, unknown> {
  return { ...copyOf(source, platform), cacheFrom: { images: [source] } };
}

/** A build context, registries that hold what was pushed to them, and the options of each image's resource. */
export class ImageFixture {
  readonly context = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
  /** Digests by registry and tag, `private:latest`, before the program runs. */
  readonly held: Record<string, string> = {};
  readonly options: Record<string, pulumi.CustomResourceOptions> = {};
  /** Each image's build as the program gives it: the place where a refusal shows that is known only later. */
  readonly builds: Record<string, pulumi.Output<unknown>> = {};
  mocks!: Mocks;
  private readonly searchPath = process.env["PATH"];

  /** Starts a fresh engine. In a preview nothing is pushed, so that what is not held stays unknown. */
  async start(preview = false): Promise<void> {
    this.write("Dockerfile", "FROM scratch\n");
    // Without a docker client nobody is asked whether a daemon answers: these tests need none.
    process.env["PATH"] = "";
    await this.startEngine(preview);
  }

  async startEngine(preview: boolean, registry: MockRegistry = {}): Promise<void> {
    this.mocks = await startMocks({ hasImage: (args) => this.find(args), ...registry }, preview);
  }

  /** The build of the first image, which all else waits for. */
  async firstBuild(): Promise<unknown> {
    const [build] = Object.values(this.builds);
    if (build === undefined) throw new Error("no image was made");
    return known(build);
  }

  restorePath(): void {
    process.env["PATH"] = this.searchPath;
  }

  stop(): void {
    this.restorePath();
    fs.rmSync(this.context, { recursive: true });
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.context, file)), { recursive: true });
    fs.writeFileSync(path.join(this.context, file), text);
  }

  /** For a component: what its children are registered with. */
  get opts(): pulumi.ComponentResourceOptions {
    return {
      transformations: [
        ({ type, name, opts, props }) => {
          if (type === imageType) {
            this.options[name] = opts;
            this.builds[name] = pulumi.output(props["build"]);
          }
          return undefined;
        },
      ],
    };
  }

  /** The inputs of every docker.Image, by name. */
  async images(): Promise<Record<string, Record<string, unknown>>> {
    await this.mocks.settle();
    const images = this.mocks.ofType(imageType).map(({ name, inputs }) => [name, inputs] as const);
    return JSON.parse(JSON.stringify(Object.fromEntries(images))) as Record<string, Record<string, unknown>>;
  }

  private find(args: Record<string, unknown>): string | boolean {
    const isPrivate = args["imageTag"] !== undefined;
    const tag = args["imageTag"] ?? (args["imageIds"] as { imageTag: string }[])[0]?.imageTag;
    const host = isPrivate ? "amazonaws.com" : "public.ecr.aws";
    const name = args["repositoryName"];
    const wasPushed = this.mocks.ofType(imageType).some(({ inputs }) => {
      const imageName = String(inputs["imageName"]);
      return imageName.includes(host) && imageName.endsWith(`/${String(name)}:${String(tag)}`);
    });
    return this.held[`${isPrivate ? "private" : "public"}:${String(tag)}`] ?? (wasPushed && digest);
  }
}
