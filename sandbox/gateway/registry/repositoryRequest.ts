import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import type { RepositoryRecord } from "../state/records";
import type { RegistryCaller } from "./registryAccess";

/** A request of the registry protocol whose repository exists and whose caller is authorized. */
export interface RepositoryRequest {
  context: GatewayContext;
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  caller: RegistryCaller;
  repository: RepositoryRecord;
  /** The name as the client writes it: with the alias for the public registry. */
  fullName: string;
}
