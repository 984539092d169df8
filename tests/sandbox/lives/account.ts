import * as ecr from "@aws-sdk/client-ecr";
import * as ecrPublic from "@aws-sdk/client-ecr-public";
import * as iam from "@aws-sdk/client-iam";
import { lifecyclePolicyText } from "../../../ecr/lifecyclePolicy";
import { digestOf, ociIndexType } from "../gateway/registryClient";
import { emptyRegistry, type Place, type Registry, type Repository, regions, type World } from "./model";

/** The part of the world that is compared: what AWS has, or should have. */
export type Snapshot = Pick<World, "repositories" | "registries" | "roles" | "provider">;

/** One account, read and changed without the program. */
export class Account {
  private readonly clients: Record<string, ecr.ECRClient>;
  private readonly gallery: ecrPublic.ECRPUBLICClient;
  private readonly iam: iam.IAMClient;
  private pushed = 0;

  constructor(readonly id: string) {
    const options = {
      endpoint: process.env["AWS_ENDPOINT_URL"],
      credentials: { accessKeyId: id, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" },
    };
    this.clients = Object.fromEntries(regions.map((region) => [region, new ecr.ECRClient({ ...options, region })]));
    this.gallery = new ecrPublic.ECRPUBLICClient({ ...options, region: "us-east-1" });
    this.iam = new iam.IAMClient({ ...options, region: "us-east-1" });
  }

  close(): void {
    for (const client of [...Object.values(this.clients), this.gallery, this.iam]) client.destroy();
  }

  async snapshot(): Promise<Snapshot> {
    const found = await Promise.all([...regions.map((region) => this.privates(region)), this.publics()]);
    const registries = await Promise.all(regions.map(async (region) => [region, await this.registry(region)] as const));
    const { Roles = [] } = await this.iam.send(new iam.ListRolesCommand({}));
    return {
      repositories: Object.fromEntries(found.flat()),
      registries: Object.fromEntries(registries),
      roles: Roles.map(({ RoleName = "" }) => RoleName).sort(),
      ...(await this.provider()),
    };
  }

  private async provider(): Promise<Pick<World, "provider">> {
    const { OpenIDConnectProviderList: [first] = [] } = await this.iam.send(
      new iam.ListOpenIDConnectProvidersCommand({}),
    );
    if (first?.Arn === undefined) return {};
    const { CreateDate } = await this.iam.send(
      new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: first.Arn }),
    );
    return { provider: CreateDate?.toISOString() };
  }

  /** Creates a repository with defaults, as the console does. */
  async create(place: Place): Promise<Repository> {
    const { client, repositoryName } = this.at(place);
    await client.send(new ecr.CreateRepositoryCommand({ repositoryName }));
    return { encryption: "AES256", mutability: "MUTABLE", filters: [], scanOnPush: false, tags: {}, images: {} };
  }

  /** Pushes a unique image: an empty index, which needs no layers. @returns Its digest. */
  async push(place: Place, imageTag: string): Promise<string> {
    this.pushed += 1;
    const annotations = { number: String(this.pushed), account: this.id };
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: ociIndexType, manifests: [], annotations });
    const { client, repositoryName } = this.at(place);
    const image = { repositoryName, imageTag, imageManifest, imageManifestMediaType: ociIndexType };
    await (client === undefined
      ? this.gallery.send(new ecrPublic.PutImageCommand(image))
      : client.send(new ecr.PutImageCommand(image)));
    return digestOf(imageManifest);
  }

  async deleteImage(place: Place, imageDigest: string): Promise<void> {
    const { client, repositoryName } = this.at(place);
    const images = { repositoryName, imageIds: [{ imageDigest }] };
    await (client === undefined
      ? this.gallery.send(new ecrPublic.BatchDeleteImageCommand(images))
      : client.send(new ecr.BatchDeleteImageCommand(images)));
  }

  async deleteLifecyclePolicy(place: Place): Promise<void> {
    const { client, repositoryName } = this.at(place);
    await client.send(new ecr.DeleteLifecyclePolicyCommand({ repositoryName }));
  }

  async deleteRepositoryPolicy(place: Place): Promise<void> {
    const { client, repositoryName } = this.at(place);
    await (client === undefined
      ? this.gallery.send(new ecrPublic.DeleteRepositoryPolicyCommand({ repositoryName }))
      : client.send(new ecr.DeleteRepositoryPolicyCommand({ repositoryName })));
  }

  async deleteRepository(place: Place): Promise<void> {
    const { client, repositoryName } = this.at(place);
    await (client === undefined
      ? this.gallery.send(new ecrPublic.DeleteRepositoryCommand({ repositoryName, force: true }))
      : client.send(new ecr.DeleteRepositoryCommand({ repositoryName, force: true })));
  }

  private at(place: Place) {
    const [kind, ...rest] = place.split("/");
    if (kind === "public") return { client: undefined as never as ecr.ECRClient, repositoryName: rest.join("/") };
    const client = this.clients[rest[0] ?? ""];
    if (client === undefined) throw new Error(`no such place: ${place}`);
    return { client, repositoryName: rest.slice(1).join("/") };
  }

  private async privates(region: string): Promise<[Place, Repository][]> {
    const client = this.clients[region] as ecr.ECRClient;
    const { repositories = [] } = await client.send(new ecr.DescribeRepositoriesCommand({}));
    return Promise.all(
      repositories.map(async (repository): Promise<[Place, Repository]> => {
        const { repositoryName = "", repositoryArn = "" } = repository;
        const name = { repositoryName };
        const [lifecycle, policy, tags, images] = await Promise.all([
          orNothing(async () => (await client.send(new ecr.GetLifecyclePolicyCommand(name))).lifecyclePolicyText),
          orNothing(async () => (await client.send(new ecr.GetRepositoryPolicyCommand(name))).policyText),
          client.send(new ecr.ListTagsForResourceCommand({ resourceArn: repositoryArn })),
          client.send(new ecr.DescribeImagesCommand(name)),
        ]);
        const found: Repository = {
          encryption: repository.encryptionConfiguration?.encryptionType as Repository["encryption"],
          mutability: repository.imageTagMutability,
          filters: (repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter = "" }) => filter),
          scanOnPush: repository.imageScanningConfiguration?.scanOnPush,
          ...(lifecycle !== undefined && { lifecycle: JSON.parse(lifecycle) }),
          ...(policy !== undefined && { policy: JSON.parse(policy) }),
          tags: tagMap(tags.tags),
          images: imageMap(images.imageDetails),
        };
        return [`private/${region}/${repositoryName}`, found];
      }),
    );
  }

  private async publics(): Promise<[Place, Repository][]> {
    const { repositories = [] } = await this.gallery.send(new ecrPublic.DescribeRepositoriesCommand({}));
    return Promise.all(
      repositories.map(async ({ repositoryName = "", repositoryArn = "" }): Promise<[Place, Repository]> => {
        const name = { repositoryName };
        const send = this.gallery.send.bind(this.gallery) as typeof this.gallery.send;
        const [catalog, policy, tags, images] = await Promise.all([
          send(new ecrPublic.GetRepositoryCatalogDataCommand(name)),
          orNothing(async () => (await send(new ecrPublic.GetRepositoryPolicyCommand(name))).policyText),
          send(new ecrPublic.ListTagsForResourceCommand({ resourceArn: repositoryArn })),
          send(new ecrPublic.DescribeImagesCommand(name)),
        ]);
        const description = catalog.catalogData?.description;
        const found: Repository = {
          ...(description && { description }),
          ...(policy !== undefined && { policy: JSON.parse(policy) }),
          tags: tagMap(tags.tags),
          images: imageMap(images.imageDetails),
        };
        return [`public/${repositoryName}`, found];
      }),
    );
  }

  private async registry(region: string): Promise<Registry> {
    const client = this.clients[region] as ecr.ECRClient;
    const [described, scanning, policy] = await Promise.all([
      client.send(new ecr.DescribeRegistryCommand({})),
      client.send(new ecr.GetRegistryScanningConfigurationCommand({})),
      orNothing(async () => (await client.send(new ecr.GetRegistryPolicyCommand({}))).policyText),
    ]);
    return {
      ...emptyRegistry,
      replication: (described.replicationConfiguration?.rules ?? []).map((rule) => ({
        regions: (rule.destinations ?? []).map((destination) => destination.region),
        repositories: (rule.repositoryFilters ?? []).map(({ filter }) => filter),
      })),
      scanOnPush: (scanning.scanningConfiguration?.rules ?? []).flatMap((rule) =>
        (rule.repositoryFilters ?? []).map(({ filter = "" }) => filter),
      ),
      replicateFrom: accountsIn(policy),
    };
  }
}

/** IDs of the accounts that a policy allows, whether written as IDs or as root ARNs. */
function accountsIn(policy = "{}"): string[] {
  const { Statement = [] } = JSON.parse(policy) as { Statement?: { Principal: { AWS: string | string[] } }[] };
  return Statement.flatMap(({ Principal }) => Principal.AWS).map((each) => /\d{12}/.exec(each)?.[0] ?? each);
}

/** Normalizes: keys sorted, lifecycle policies as the program writes them, accounts as root ARNs. */
export function comparable({ repositories, registries, roles, provider }: Snapshot): unknown {
  const written = Object.entries(repositories).map(([place, repository]) => [
    place,
    {
      ...repository,
      ...(repository.lifecycle !== undefined && { lifecycle: lifecyclePolicyText(repository.lifecycle as never) }),
      ...(repository.policy !== undefined && { policy: accountsAsRoots(repository.policy) }),
    },
  ]);
  return ordered({ repositories: Object.fromEntries(written), registries, roles, provider });
}

/** ECR returns an account ID in a policy as a root ARN. */
function accountsAsRoots(policy: unknown): unknown {
  return JSON.parse(JSON.stringify(policy).replace(/"(\d{12})"/g, '"arn:aws:iam::$1:root"'));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)).map(([key, each]) => [key, ordered(each)]));
}

function tagMap(tags: { Key?: string; Value?: string }[] = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Digest by tag; an image without a tag by its digest. */
function imageMap(images: { imageDigest?: string; imageTags?: string[] }[] = []): Record<string, string> {
  return Object.fromEntries(
    images.flatMap(({ imageDigest = "", imageTags = [] }) =>
      (imageTags.length > 0 ? imageTags : [imageDigest]).map((tag) => [tag, imageDigest]),
    ),
  );
}

async function orNothing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (/NotFound/.test((error as Error).name)) return undefined;
    throw error;
  }
}
