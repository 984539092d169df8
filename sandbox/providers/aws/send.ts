import type { Command, MetadataBearer } from "@smithy/types";
import { restartAdvice } from "../../restartAdvice";

/** A client, the service's name in error messages, and the signal that aborts its calls. */
export interface AwsCaller<Client> {
  readonly client: Client;
  readonly service: string;
  readonly signal: AbortSignal;
}

/** An error response from an AWS service, worded like the AWS SDK for Go, which the released provider uses. */
export class AwsServiceError extends Error {
  constructor(
    message: string,
    /** Error code, for example `RepositoryNotFoundException`. */
    readonly code: string,
    readonly serviceMessage: string,
  ) {
    super(message);
  }
}

interface ErrorShape {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number };
}

interface Sender<ClientInput extends object, ClientOutput extends MetadataBearer, Configuration> {
  readonly config: { maxAttempts(): Promise<number> };
  send<Input extends ClientInput, Output extends ClientOutput>(
    command: Command<ClientInput, Input, ClientOutput, Output, Configuration>,
    options: { abortSignal: AbortSignal },
  ): Promise<Output>;
}

/**
 * Sends one command. Errors from the service become {@link AwsServiceError}; others (no connection, aborted) name what
 * failed.
 */
export async function send<
  ClientInput extends object,
  ClientOutput extends MetadataBearer,
  Configuration,
  Input extends ClientInput,
  Output extends ClientOutput,
>(
  caller: AwsCaller<Sender<ClientInput, ClientOutput, Configuration>>,
  command: Command<ClientInput, Input, ClientOutput, Output, Configuration>,
): Promise<Output> {
  try {
    return await caller.client.send(command, { abortSignal: caller.signal });
  } catch (error) {
    const operation = (command as object).constructor.name.replace(/Command\d*$/, "");
    const shape = error as ErrorShape;
    const status = shape.$metadata?.httpStatusCode;
    const attempts = shape.$metadata?.attempts ?? 1;
    const gaveUp = attempts > 1 && attempts === (await caller.client.config.maxAttempts()) && isWorthRetrying(shape);
    const prefix =
      `operation error ${caller.service}: ${operation}` +
      (gaveUp ? `, exceeded maximum number of attempts, ${attempts}` : "");
    if (status === undefined) throw new Error(`${prefix}, ${describe(error)}${adviceFor(error)}`);
    // Errors in the service's model have their own class; all others are called "api error".
    const kind = /ServiceException\d*$/.test((error as object).constructor.name) ? "api error " : "";
    throw new AwsServiceError(
      `${prefix}, https response error StatusCode: ${status}, RequestID: ${shape.$metadata?.requestId ?? ""}, ` +
        `${kind}${shape.name}: ${shape.message}`,
      shape.name,
      shape.message,
    );
  }
}

/** Whether a failure may be transient: no response, a server error, or throttling. */
function isWorthRetrying({ name, $metadata }: ErrorShape): boolean {
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(name);
}

/** A refused connection means that the sandbox is not running: stand-ins only ever get its endpoints. */
function adviceFor(error: unknown): string {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const refused = errors.some((each) => (each as NodeJS.ErrnoException).code === "ECONNREFUSED");
  return refused ? `: the sandbox's gateway is not running; ${restartAdvice}` : "";
}

/** A connection that failed on several addresses is an AggregateError without a message of its own. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.message || String((error as NodeJS.ErrnoException).code ?? error.name);
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof AwsServiceError && codes.includes(error.code);
}
