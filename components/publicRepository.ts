import * as fs from "node:fs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type CatalogData, catalogDataFaults } from "../ecr/catalogData";
import type { Fault } from "../ecr/faults";
import { type PushCommands, pushCommands } from "../ecr/pushCommands";
import { publicRegionFaults, publicRegions } from "../ecr/regions";
import { publicRepositoryNameFaults } from "../ecr/repositoryNames";
import type { TagMutabilitySettings } from "../ecr/tagMutability";
import type { ImageBuild } from "./containerImage";
import { type ImageRepository, orUndefined, type RegistryCredentials, whenThere } from "./imageRepository";
import { InputChecks } from "./inputChecks";

/** What the public gallery shows. */
export interface CatalogDataArgs extends Pick<CatalogData, "description" | "aboutText" | "usageText"> {
  /** `ARM`, `ARM 64`, `x86`, `x86-64`. @default none */
  architectures?: string[];
  /** `Linux`, `Windows`. @default none */
  operatingSystems?: string[];
  /** A PNG file, relative to the project's root, at most 512,000 bytes; shown for verified accounts. @default none */
  logoFile?: string;
}

export interface PublicRepositoryArgs {
  /**
   * Name behind the registry's alias: 2 to 205 characters, lower-case letters, digits, `.`, `_`, `-` and `/`. A change
   * replaces the repository.
   * @default the component's name
   */
  repositoryName?: pulumi.Input<string>;
  /** @default none */
  catalogData?: CatalogDataArgs;
  /** Delete the repository even when it holds images. @default false: `pulumi destroy` then fails and nothing is lost */
  forceDestroy?: boolean;
  /** The only region with an ECR Public API that the provider supports. @default "us-east-1" */
  region?: string;
  /** Tags of the repository, beside the provider's default tags. @default none */
  tags?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * A repository of the public gallery: anyone pulls, without a login. It has no encryption settings, tag mutability,
 * scanning or lifecycle policy, since ECR Public has none.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered.
 *
 * @example
 * const repository = new PublicRepository("petclinic", { catalogData: { description: "Spring PetClinic Demo" } });
 * export const url = repository.url;
 */
export class PublicRepository extends pulumi.ComponentResource implements ImageRepository {
  readonly kind = "public";
  readonly logicalName: string;
  readonly tagSettings = publicTagSettings;
  /** `public.ecr.aws/<alias>/<name>` */
  readonly url: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  readonly repositoryName: pulumi.Output<string>;
  /** Account that the registry belongs to. */
  readonly registryId: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
  /** The underlying resource. */
  readonly repository: aws.ecrpublic.Repository;
  private readonly requestedName: pulumi.Input<string>;
  private login: RegistryCredentials | undefined;

  constructor(name: string, args: PublicRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checks = new InputChecks(`PublicRepository ${JSON.stringify(name)}`);
    const { repositoryName, region, catalogData } = readSettings(name, args, checks);
    checks.refuse();
    super("ecr:index:PublicRepository", name, {}, opts);
    this.logicalName = name;
    this.requestedName = repositoryName;
    this.repository = new aws.ecrpublic.Repository(
      name,
      { repositoryName, catalogData, forceDestroy: args.forceDestroy ?? false, region, tags: args.tags },
      { parent: this },
    );
    this.url = this.repository.repositoryUri;
    this.arn = this.repository.arn;
    this.repositoryName = this.repository.repositoryName;
    this.registryId = this.repository.registryId;
    this.region = this.repository.region;
    this.registerOutputs({
      url: this.url,
      arn: this.arn,
      repositoryName: this.repositoryName,
      registryId: this.registryId,
      region: this.region,
    });
  }

  credentials(): RegistryCredentials {
    if (this.login === undefined) {
      const token = aws.ecrpublic.getAuthorizationTokenOutput({ region: this.region }, { parent: this });
      this.login = {
        server: this.url.apply((url) => url.split("/", 1).join("")),
        username: token.userName,
        password: pulumi.secret(token.password),
      };
    }
    return this.login;
  }

  findDigest(tag: string, after?: pulumi.Input<unknown>): pulumi.Output<string | undefined> {
    return pulumi.all([this.requestedName, whenThere(this.repository), after]).apply(async ([repositoryName]) => {
      const found = await orUndefined(
        aws.ecrpublic.getImages(
          { repositoryName, imageIds: [{ imageTag: tag }], region: publicApiRegion },
          { parent: this },
        ),
      );
      return found?.images[0]?.imageDigest;
    });
  }

  /** The commands that do by hand what the program does, as the console's "View push commands" shows them. */
  pushCommands(build?: ImageBuild): pulumi.Output<PushCommands> {
    return pulumi
      .all([this.region, this.url, this.repositoryName])
      .apply(([region, repositoryUrl, imageName]) =>
        pushCommands({ kind: this.kind, region, repositoryUrl, imageName, tag: "latest", ...build }),
      );
  }
}

const [publicApiRegion] = publicRegions;

/** Why a PublicRepository of this name and these arguments would be refused: every fault of what is known, or none. */
export function publicRepositoryFaults(name: string, args: PublicRepositoryArgs): Fault[] {
  const checks = new InputChecks(name);
  readSettings(name, args, checks);
  return checks.faults;
}

/** ECR Public knows no immutable tags. */
export const publicTagSettings: TagMutabilitySettings = { imageTagMutability: "MUTABLE" };

/** The arguments with their defaults; what ECR Public would refuse goes to `checks`. */
function readSettings(name: string, args: PublicRepositoryArgs, checks: InputChecks) {
  const repositoryName = checks.input(args.repositoryName ?? name, (value) =>
    publicRepositoryNameFaults(value, "repositoryName"),
  );
  const region = args.region ?? publicApiRegion;
  checks.add(publicRegionFaults(region, "region"));
  const { logoFile, ...texts } = args.catalogData ?? {};
  const logo = logoFile === undefined ? undefined : readLogo(logoFile);
  if (logo?.faults) checks.add(logo.faults);
  const catalogData = args.catalogData && { ...texts, ...(logo?.blob && { logoImageBlob: logo.blob }) };
  checks.add(catalogDataFaults(catalogData ?? {}, "catalogData"));
  return { repositoryName, region, catalogData };
}

/** The file in base64. ECR Public takes any bytes; a broken picture helps nobody, so the PNG signature is checked. */
function readLogo(file: string): { blob?: string; faults?: Fault[] } {
  const fault = (rule: string, fix: string) => ({ faults: [{ path: "catalogData.logoFile", value: file, rule, fix }] });
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    return fault(
      `the logo must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`,
      "name a PNG file, relative to the project's root.",
    );
  }
  const isPng = bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"));
  return isPng ? { blob: bytes.toString("base64") } : fault("the logo must be a PNG file.", "convert it to PNG.");
}
