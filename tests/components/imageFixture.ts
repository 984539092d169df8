import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { account, known, type MockRegistry, type Mocks, startMocks } from "./mocks";

export const imageType = "docker:index/image:Image";
export const builtType = "docker-build:index:Image";
export const copyType = "ecr:index:ImageCopy";
export const tagsType = "ecr:index:ImageTags";
export const uploadType = "ecr:index:ImageUpload";
export const indexType = "ecr:index:ImageIndex";
const imageTypes = [imageType, builtType, copyType, indexType, tagsType, uploadType];

/** Address of the private repository in the mocks. */
export const privateUrl = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`;
/** Digest of an image other than the pushed one. */
export const otherDigest = `sha256:${"e".repeat(64)}`;

/** How the engine's protocol marks a secret. The whole login of an image is a secret. */
export function secret(value: unknown): Record<string, unknown> {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

export const privateLogin = secret({
  server: `https://${privateUrl.split("/")[0]}`,
  username: "AWS",
  password: "private-token",
});
export const publicLogin = secret({ server: "public.ecr.aws", username: "AWS", password: "public-token" });

/** The form in which the project's own resources receive a login. */
export const loginOf = ({ value }: Record<string, unknown>) => {
  const { username, password } = value as Record<string, unknown>;
  return { username, password };
};

/** A build context, registries that hold pushed images, and the options of each image resource. */
export class ImageFixture {
  readonly context = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
  /** Digests by registry and tag, such as `private:latest`, before the program runs. */
  readonly held: Record<string, string> = {};
  readonly options: Record<string, pulumi.CustomResourceOptions> = {};
  /** The stack's resources by URN. */
  readonly state: Record<string, { type: string; outputs: Record<string, unknown> }> = {};
  mocks!: Mocks;
  private readonly searchPath = process.env["PATH"];

  /** Starts a fresh engine. A preview pushes nothing, so whatever the registry does not hold stays unknown. */
  async start(preview = false): Promise<void> {
    this.write("Dockerfile", "FROM scratch\n");
    // Without a docker client nothing checks whether a daemon answers; these tests need none.
    process.env["PATH"] = "";
    await this.startEngine(preview);
  }

  async startEngine(preview: boolean, registry: MockRegistry = {}): Promise<void> {
    this.mocks = await startMocks({ hasImage: (args) => this.find(args), state: this.state, ...registry }, preview);
  }

  /** Waits for the resources that bring the image into its first repository, which everything else depends on. */
  async brought(): Promise<unknown> {
    const [, options] = Object.entries(this.options).findLast(([name]) => name.startsWith(tagsType)) ?? [];
    return known(pulumi.output(options?.dependsOn ?? []));
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

  /** Options for a component that record what its children are registered with. */
  get opts(): pulumi.ComponentResourceOptions {
    return {
      transformations: [
        ({ type, name, opts }) => {
          if (imageTypes.includes(type)) this.options[`${type} ${name}`] = opts;
          return undefined;
        },
      ],
    };
  }

  /** The inputs of every image resource, by type and name. */
  async images(): Promise<Record<string, Record<string, unknown>>> {
    await this.mocks.settle();
    const images = this.mocks.registrations
      .filter(({ type }) => imageTypes.includes(type))
      .map(({ type, name, inputs }) => [`${type} ${name}`, inputs] as const);
    return JSON.parse(JSON.stringify(Object.fromEntries(images))) as Record<string, Record<string, unknown>>;
  }

  /** Adds a component's child resource to the stack's state. */
  has(component: string, type: string, name: string, outputs: Record<string, unknown>): void {
    this.state[`urn:pulumi:test::ecr::${component}$${type}::${name}`] = { type, outputs };
  }

  private find(args: Record<string, unknown>): string | boolean {
    const isPrivate = args["imageTag"] !== undefined;
    const tag = args["imageTag"] ?? (args["imageIds"] as { imageTag: string }[])[0]?.imageTag;
    return this.held[`${isPrivate ? "private" : "public"}:${String(tag)}`] ?? false;
  }
}
