import type { IncomingHttpHeaders } from "node:http";

/** A request to the AWS endpoint with its whole body, which the signature covers. */
export interface IncomingCall {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: Buffer;
}
