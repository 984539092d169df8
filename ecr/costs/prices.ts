/**
 * ECR's prices for us-east-1 in US dollars, as third parties published them in March 2026; AWS's own page is
 * https://aws.amazon.com/ecr/pricing. Retrieval from the archive is not included: it depends on what is restored.
 * Override prices with the config `ecr:costs`, prices, or replace the whole table for one command with
 * `npm run cost -- --prices FILE`.
 */
export const prices = {
  asOf: "2026-03",
  region: "us-east-1",
  currency: "USD",
  bytesPerGb: 2 ** 30,
  storagePerGb: 0.1,
  archive: [{ upToGb: 150 * 1024, perGb: 0.1 }, { perGb: 0.07 }],
  legacyFreeGb: 0.5,
  publicFreeGb: 50,
  publicTransferFreeGb: 500,
  publicTransferPerGb: 0.09,
  replicationPerGb: 0.02,
};
