import * as grpc from "@grpc/grpc-js";

/** Message size limit in both directions, as set by the engine and the policy SDK: 400 MB. */
export const channelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** An error with the gRPC status to return to the engine. */
export class StatusError extends Error {
  constructor(
    readonly code: grpc.status,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The format in which grpc-js passes on a failure. Anything else that a handler throws only shows as "Unknown error".
 */
export function asStatus(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof StatusError) return { code: error.code, details: error.message };
  if (error instanceof Error && "code" in error && typeof error.code === "number" && "details" in error) {
    const { code, details, metadata } = error as grpc.ServiceError;
    return { code, details, metadata };
  }
  return { code: grpc.status.INTERNAL, details: error instanceof Error ? error.message : String(error) };
}

/** Creates a unary handler from a function: its result is the response, its exception the status. */
export function unary<Request, Response>(
  handler: (request: Request, call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    (async () => handler(call.request, call))().then(
      (response) => callback(null, response),
      (error: unknown) => callback(asStatus(error)),
    );
  };
}

/** Creates a handler that writes to a stream and ends it when the function returns; an exception becomes the status. */
export function streaming<Request, Response>(
  handler: (request: Request, call: grpc.ServerWritableStream<Request, Response>) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
  return (call) => {
    handler(call.request, call).then(
      () => call.end(),
      (error: unknown) => call.emit("error", asStatus(error)),
    );
  };
}

/** Adds a handler to every unimplemented method of a service that refuses by name. */
export function withUnimplemented(
  service: grpc.ServiceDefinition,
  handlers: grpc.UntypedServiceImplementation,
  reason: string,
): grpc.UntypedServiceImplementation {
  const all: grpc.UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(service)) {
    all[name] =
      handlers[name] ??
      unary(() => {
        throw new StatusError(grpc.status.UNIMPLEMENTED, `${method.path.split("/").pop()}: ${reason}`);
      });
  }
  return all;
}

/** Listens on a free loopback port. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}
