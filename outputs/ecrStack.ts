import * as pulumi from "@pulumi/pulumi";
import { ProgramError } from "../components/programError";
import { parseRepositoryKey } from "./repositoryKey";
import {
  type EcrOutputs,
  type ImageOutputs,
  outputsSchema,
  outputsVersion,
  type PrivateRepositoryOutputs,
} from "./schema";

export interface EcrStackArgs {
  /** Pulumi organization. @default the running stack's own: `organization` on file and S3 backends */
  organization?: string;
  /** Project of the stack. @default "ecr" */
  project?: string;
  /** Environment, which is the stack's name. @default the running stack's name */
  environment?: string;
}

/** An image with the private repository it is pulled from. */
export interface PrivateImage {
  /** `<url>@<digest>` in that repository. */
  reference: string;
  image: ImageOutputs;
  repository: PrivateRepositoryOutputs;
}

/**
 * The outputs of an environment's ECR stack, for the stacks that use its images.
 *
 * A failed lookup names the stack, what is missing, and what exists.
 *
 * @example
 * const { reference } = new EcrStack({ environment: "dev" }).privateImage("petclinic");
 */
export class EcrStack {
  /** `<organization>/<project>/<environment>` */
  readonly name: string;
  readonly outputs: pulumi.Output<EcrOutputs>;
  private readonly reference: pulumi.StackReference;

  constructor(args: EcrStackArgs = {}) {
    const { organization = pulumi.getOrganization(), project = "ecr", environment = pulumi.getStack() } = args;
    this.name = `${organization}/${project}/${environment}`;
    this.reference = new pulumi.StackReference(this.name);
    this.outputs = this.reference.outputs.apply((outputs) => parseOutputs(this.name, outputs));
  }

  /** The current outputs, for a program whose resources depend on them. */
  async read(): Promise<EcrOutputs> {
    const names = Object.keys(outputsSchema.shape);
    const details = await Promise.all(names.map((name) => this.reference.getOutputDetails(name)));
    // A missing output has no value at all.
    const found = names.flatMap((name, index) => {
      const value = details[index]?.value ?? details[index]?.secretValue;
      return value === undefined ? [] : [[name, value]];
    });
    return parseOutputs(this.name, Object.fromEntries(found));
  }

  /**
   * An image in a private repository.
   *
   * @param key The image's key in the ECR stack's config.
   * @param repositoryKey The private repository's. @default the image's first private repository
   */
  privateImage(key: string, repositoryKey?: string): pulumi.Output<PrivateImage> {
    return this.outputs.apply((outputs) => findPrivateImage(this.name, outputs, key, repositoryKey));
  }
}

/** @throws ProgramError when the outputs have another version of the contract, or do not exist. */
export function parseOutputs(stack: string, outputs: unknown): EcrOutputs {
  const version = (outputs as { outputsVersion?: unknown } | undefined)?.outputsVersion;
  if (version !== outputsVersion) {
    throw new ProgramError(
      version === undefined
        ? `the stack ${stack} has no outputs of the ECR program: run \`pulumi up\` there first, or name another stack`
        : `the stack ${stack} has outputs of version ${JSON.stringify(version)}, this program reads version ${outputsVersion}: update both to one version`,
    );
  }
  const parsed = outputsSchema.safeParse(outputs);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ProgramError(`the outputs of the stack ${stack} do not match the contract: ${faults.join("; ")}`);
}

/**
 * @throws ProgramError when there is no such image, listing the images, or when it is not in the requested private
 * repository or in any, listing its repositories.
 */
export function findPrivateImage(
  stack: string,
  outputs: EcrOutputs,
  key: string,
  repositoryKey: string | undefined,
): PrivateImage {
  const image = own(outputs.images, key);
  if (image === undefined) {
    throw new ProgramError(`the stack ${stack} has no image ${JSON.stringify(key)}: ${choices(outputs.images)}`);
  }
  const names = Object.keys(image.references).filter((name) => parseRepositoryKey(name)?.kind === "private");
  const wanted = repositoryKey === undefined ? names[0] : `private/${repositoryKey}`;
  const reference = own(image.references, wanted ?? "");
  const repository = own(outputs.privateRepositories, parseRepositoryKey(wanted ?? "")?.key ?? "");
  if (reference === undefined || repository === undefined) {
    const there = Object.keys(image.references).join(", ");
    throw new ProgramError(
      `the image ${JSON.stringify(key)} of the stack ${stack} is not in ${wanted ?? "any private repository"}: it is in ${there}`,
    );
  }
  // The repository's policy allows a role to pull from there, so the image must come from there.
  if (!reference.startsWith(`${repository.url}@`)) {
    throw new ProgramError(
      `the stack ${stack} says that its image ${JSON.stringify(key)} is in ${wanted}, which is ${repository.url}, but at ` +
        `${reference}. Take the image from the stack that made it, or find out who changed the outputs`,
    );
  }
  return { reference, image, repository };
}

/** Looks up an own property only: every object inherits `constructor`. */
function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function choices(found: Record<string, unknown>): string {
  const keys = Object.keys(found);
  return keys.length > 0 ? `write one of ${keys.join(", ")}` : "it has none";
}
