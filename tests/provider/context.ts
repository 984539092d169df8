import type { CallContext } from "../../provider/protocol/definition";

/** The context of a call by the engine, in an update by default. */
export function callContext(preview = false): CallContext & { logs: string[] } {
  const logs: string[] = [];
  return {
    urn: "urn:pulumi:dev::ecr::ecr:index:ImageCopy::app",
    preview,
    signal: new AbortController().signal,
    log: (_, text) => logs.push(text),
    status: () => {},
    logs,
  };
}
