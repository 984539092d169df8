import { RegistryLogin } from "../../../ecr/registryLogin";
import { copyImage } from "../../../oci/copyImage";
import { RegistryClient } from "../../../oci/registryClient";

/** What the program copies: JSON in its first argument. */
export interface CopyOrder {
  source: Place;
  target: Place;
  digest: string;
}

interface Place {
  host: string;
  repository: string;
  authorizationToken: string;
}

/** Copies an image, and says a line of JSON for each thing that has arrived: for tests that kill it on the way. */
async function main({ source, target, digest }: CopyOrder): Promise<void> {
  const client = ({ host, repository, authorizationToken }: Place) =>
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
  main(JSON.parse(process.argv[2] ?? "") as CopyOrder).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
