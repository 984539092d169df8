import { RegistryLogin } from "../../../ecr/registry/registryLogin";
import { copyImage } from "../../../oci/copyImage";
import { RegistryClient } from "../../../oci/registryClient";

/** What the program copies: JSON in its first argument. */
export interface CopyRequest {
  source: Endpoint;
  target: Endpoint;
  digest: string;
}

interface Endpoint {
  host: string;
  repository: string;
  authorizationToken: string;
}

/** Copies an image, and prints a line of JSON for each part that has arrived, for tests that kill it midway. */
async function main({ source, target, digest }: CopyRequest): Promise<void> {
  const client = ({ host, repository, authorizationToken }: Endpoint) =>
    new RegistryClient(host, repository, RegistryLogin.ofEcr({ authorizationToken, proxyEndpoint: host }));
  await copyImage({
    source: client(source),
    target: client(target),
    digest,
    referrers: true,
    onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`),
  });
}

if (require.main === module) {
  main(JSON.parse(process.argv[2] ?? "") as CopyRequest).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
