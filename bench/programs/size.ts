/** Repositories that the programs here make. */
export const count = Number(process.env["BENCH_COUNT"] ?? "10");

/** Name of each: as a config with that many services would have them. */
export const names = Array.from({ length: count }, (_, index) => `service-${index}`);
