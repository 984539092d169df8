import { TestProject } from "../program/project";

/** The output of `pulumi stack export`. */
export interface ExportedState {
  deployment: { resources: Record<string, unknown>[] };
}

/** A project whose config a test writes and then edits, as a team does over months. */
export class LiveProject extends TestProject {
  private readonly salt = this.read("Pulumi.local.yaml")
    .split("\n")
    .filter((line) => line.startsWith("encryptionsalt"))
    .join("\n");

  /** Replaces the whole config; `aws:region` defaults to ap-northeast-2. */
  configure(config: Record<string, unknown>): void {
    const named = Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `ecr:${key}`, value]);
    const all = { "aws:region": "ap-northeast-2", ...Object.fromEntries(named) };
    // JSON is YAML with quoted strings: `2012-10-17` without quotes would be a date.
    this.write("Pulumi.local.yaml", `config: ${JSON.stringify(all)}\n${this.salt}\n`);
  }

  /** Neither the program nor AWS calls for a change. */
  async mustBeSettled(): Promise<void> {
    await this.mustPulumi("preview", "--refresh", "--expect-no-changes");
  }

  /** Replaces the stack's state by one of an older version of the program, which did not know `laterOptions`. */
  async importState(state: ExportedState, ...laterOptions: string[]): Promise<void> {
    for (const resource of state.deployment.resources) {
      for (const property of ["aliases", ...laterOptions]) delete resource[property];
    }
    this.write("former.json", JSON.stringify(state));
    await this.mustPulumi("stack", "import", "--file", "former.json");
  }

  /** Builds a tiny image, different for each tag, and pushes it by hand. */
  async push(repositoryUrl: string, tag: string): Promise<void> {
    const host = repositoryUrl.split("/")[0] ?? "";
    const password = (await this.must("aws", "ecr", "get-login-password")).trim();
    await this.must("docker", "login", "--username", "AWS", "--password", password, host);
    const folder = `pushed-by-hand/${tag}`;
    this.write(`${folder}/Dockerfile`, `FROM scratch\nLABEL tag=${tag}\n`);
    await this.must("docker", "build", "--quiet", "--tag", `${repositoryUrl}:${tag}`, folder);
    await this.must("docker", "push", "--quiet", `${repositoryUrl}:${tag}`);
  }

  /** The digests in a private repository, sorted. */
  async images(repositoryName: string): Promise<string[]> {
    const { imageIds } = await this.aws<{ imageIds: { imageDigest: string }[] }>(
      ...["ecr", "list-images", "--repository-name", repositoryName],
    );
    return [...new Set(imageIds.map(({ imageDigest }) => imageDigest))].sort();
  }

  /** The names of all private repositories, sorted. */
  async repositories(): Promise<string[]> {
    const { repositories } = await this.aws<{ repositories: { repositoryName: string }[] }>(
      "ecr",
      "describe-repositories",
    );
    return repositories.map(({ repositoryName }) => repositoryName).sort();
  }

  /** Settings that exist once per registry, as AWS has them. */
  async registrySettings(): Promise<unknown[]> {
    return Promise.all([
      this.aws("ecr", "describe-registry"),
      this.aws("ecr", "get-registry-policy"),
      this.aws("ecr", "get-registry-scanning-configuration"),
    ]);
  }
}
