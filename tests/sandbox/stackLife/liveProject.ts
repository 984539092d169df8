import { TestProject } from "../program/project";

/** What `pulumi stack export` gives. */
export interface ExportedState {
  deployment: { resources: Record<string, unknown>[] };
}

/** A project whose whole config a test writes, and edits as a team does over months. */
export class LiveProject extends TestProject {
  private readonly salt = this.read("Pulumi.local.yaml")
    .split("\n")
    .filter((line) => line.startsWith("encryptionsalt"))
    .join("\n");

  /** Puts this in the place of the whole config; `aws:region` is ap-northeast-2 unless it says otherwise. */
  configure(config: Record<string, unknown>): void {
    const named = Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `ecr:${key}`, value]);
    const all = { "aws:region": "ap-northeast-2", ...Object.fromEntries(named) };
    // JSON is YAML whose strings have quotes: `2012-10-17` without them would be a date.
    this.write("Pulumi.local.yaml", `config: ${JSON.stringify(all)}\n${this.salt}\n`);
  }

  /** Nothing is left to do, in the program's eyes and in those of AWS. */
  async mustBeSettled(): Promise<void> {
    await this.mustPulumi("preview", "--refresh", "--expect-no-changes");
  }

  /** Puts a state in the place of the stack's, as a version of the program wrote it that knew no such resource options. */
  async importState(state: ExportedState, ...laterOptions: string[]): Promise<void> {
    for (const resource of state.deployment.resources) {
      for (const property of ["aliases", ...laterOptions]) delete resource[property];
    }
    this.write("former.json", JSON.stringify(state));
    await this.mustPulumi("stack", "import", "--file", "former.json");
  }

  /** Builds an image of a few bytes and pushes it by hand, under a tag of its own. */
  async push(repositoryUrl: string, tag: string): Promise<void> {
    const host = repositoryUrl.split("/")[0] ?? "";
    const password = (await this.must("aws", "ecr", "get-login-password")).trim();
    await this.must("docker", "login", "--username", "AWS", "--password", password, host);
    const folder = `pushed-by-hand/${tag}`;
    this.write(`${folder}/Dockerfile`, `FROM scratch\nLABEL tag=${tag}\n`);
    await this.must("docker", "build", "--quiet", "--tag", `${repositoryUrl}:${tag}`, folder);
    await this.must("docker", "push", "--quiet", `${repositoryUrl}:${tag}`);
  }

  /** The digests that a private repository holds, in order. */
  async images(repositoryName: string): Promise<string[]> {
    const { imageIds } = await this.aws<{ imageIds: { imageDigest: string }[] }>(
      ...["ecr", "list-images", "--repository-name", repositoryName],
    );
    return [...new Set(imageIds.map(({ imageDigest }) => imageDigest))].sort();
  }

  /** Names of all private repositories. */
  async repositories(): Promise<string[]> {
    const { repositories } = await this.aws<{ repositories: { repositoryName: string }[] }>(
      "ecr",
      "describe-repositories",
    );
    return repositories.map(({ repositoryName }) => repositoryName).sort();
  }

  /** The registry's settings that are there once, as AWS has them. */
  async registrySettings(): Promise<unknown[]> {
    return Promise.all([
      this.aws("ecr", "describe-registry"),
      this.aws("ecr", "get-registry-policy"),
      this.aws("ecr", "get-registry-scanning-configuration"),
    ]);
  }
}
