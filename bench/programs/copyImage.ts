import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { copyImage } from "../../oci/copyImage";
import { RegistryClient } from "../../oci/registryClient";
import { putTags } from "../../oci/tags";

/** A repository and an ECR token for its registry. */
export interface CopyEndpoint {
  host: string;
  repository: string;
  authorizationToken: string;
}

/** The copy to make, as JSON in the program's first argument. */
export interface CopyRequest {
  source: CopyEndpoint;
  target: CopyEndpoint;
  digest: string;
  tag: string;
}

export function clientOf({ host, repository, authorizationToken }: CopyEndpoint): RegistryClient {
  return new RegistryClient(host, repository, RegistryLogin.ofEcr({ authorizationToken, proxyEndpoint: host }));
}

async function main({ source, target, digest, tag }: CopyRequest): Promise<void> {
  const client = clientOf(target);
  await copyImage({ source: clientOf(source), target: client, digest, referrers: false });
  await putTags(client, digest, [tag]);
}

// Without an argument, this measures only the start.
if (require.main === module && process.argv[2] !== undefined) {
  main(JSON.parse(process.argv[2]) as CopyRequest).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
