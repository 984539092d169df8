import type { CallContext } from "../../provider/protocol/definition";

/** A call of the engine, in an update unless it says otherwise. */
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
