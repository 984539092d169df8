/** Number of repositories that these programs create. */
export const count = Number(process.env["BENCH_COUNT"] ?? "10");

/** Their names, as in a config with that many services. */
export const names = Array.from({ length: count }, (_, index) => `service-${index}`);
