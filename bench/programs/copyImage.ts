import { RegistryLogin } from "../../ecr/registryLogin";
import { copyImage } from "../../oci/copyImage";
import { RegistryClient } from "../../oci/registryClient";
import { putTags } from "../../oci/tags";

/** A repository, and ECR's token for its registry. */
export interface CopyPlace {
  host: string;
  repository: string;
  authorizationToken: string;
}

/** What is copied: JSON in the program's first argument. */
export interface CopyOrder {
  source: CopyPlace;
  target: CopyPlace;
  digest: string;
  tag: string;
}

export function clientOf({ host, repository, authorizationToken }: CopyPlace): RegistryClient {
  return new RegistryClient(host, repository, RegistryLogin.ofEcr({ authorizationToken, proxyEndpoint: host }));
}

async function main({ source, target, digest, tag }: CopyOrder): Promise<void> {
  const client = clientOf(target);
  await copyImage({ source: clientOf(source), target: client, digest, referrers: false });
  await putTags(client, digest, [tag]);
}

// Without an order it shows what its start takes.
if (require.main === module && process.argv[2] !== undefined) {
  main(JSON.parse(process.argv[2]) as CopyOrder).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
