import { RegistryClient, testImage } from "../gateway/registryClient";
import type { TestProject } from "./project";

const publicRegion = "us-east-1";

/** A repository that a test pushes images to without Docker. */
export interface RepositoryAddress {
  readonly name: string;
  /** `undefined` for a public repository. */
  readonly region: string | undefined;
}

/** Pushes one small image, tagged `one`, over the registry protocol. */
export async function pushOneImage(project: TestProject, repository: RepositoryAddress): Promise<void> {
  const uri = await uriOf(project, repository);
  const slash = uri.indexOf("/");
  const [host, path] = [uri.slice(0, slash), uri.slice(slash + 1)];
  const client = new RegistryClient(host, await authorization(project, repository, host));
  const answer = await client.push(path, "one", testImage(uri));
  if (answer.status !== 201) throw new Error(`push to ${uri}: ${answer.status} ${await answer.text()}`);
}

/** The digests of a repository's images, as AWS lists them. */
export async function imagesIn(project: TestProject, { name, region }: RepositoryAddress): Promise<string[]> {
  const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string }[] }>(
    ...[region ? "ecr" : "ecr-public", "describe-images", "--repository-name", name],
    ...["--region", region ?? publicRegion],
  );
  return imageDetails.map(({ imageDigest }) => imageDigest);
}

async function uriOf(project: TestProject, { name, region }: RepositoryAddress): Promise<string> {
  const { repositories } = await project.aws<{ repositories: { repositoryUri: string }[] }>(
    ...[region ? "ecr" : "ecr-public", "describe-repositories", "--repository-names", name],
    ...["--region", region ?? publicRegion],
  );
  return repositories[0]?.repositoryUri ?? "";
}

async function authorization(project: TestProject, { region }: RepositoryAddress, host: string): Promise<string> {
  const service = region ? "ecr" : "ecr-public";
  type Token = { authorizationToken: string };
  const { authorizationData } = await project.aws<{ authorizationData: Token | Token[] }>(
    ...[service, "get-authorization-token", "--region", region ?? publicRegion],
  );
  const login = `Basic ${[authorizationData].flat()[0]?.authorizationToken}`;
  if (region) return login;
  // The public registry takes a bearer token, for which the login is exchanged.
  const answer = await fetch(`http://${host}/token/?service=public.ecr.aws&scope=aws`, {
    headers: { Authorization: login },
  });
  return `Bearer ${((await answer.json()) as { token: string }).token}`;
}
