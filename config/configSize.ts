import type { Fault } from "../ecr/faults";

/**
 * Maximum config size in bytes. Pulumi passes the whole config in one environment variable, and Linux limits a
 * variable, including its name and the terminating null byte, to 128 KiB (MAX_ARG_STRLEN).
 */
export const maximumConfigSize = 128 * 1024 - "PULUMI_CONFIG=".length - 1;

/**
 * Reports a config that is too large. The program would not start: `spawn E2BIG`, `argument list too long`.
 *
 * @param values The engine's values by `<namespace>:<key>`.
 * @param file The stack file.
 */
export function configSizeFaults(values: Readonly<Record<string, string>>, file: string): Fault[] {
  const size = Buffer.byteLength(JSON.stringify(values));
  return size <= maximumConfigSize
    ? []
    : [
        {
          path: file,
          value: `${size} bytes`,
          rule: `Pulumi hands a program at most ${maximumConfigSize} bytes of config.`,
          fix: "write what many repositories have once, into ecr:defaults, or move some of them to another environment.",
        },
      ];
}
