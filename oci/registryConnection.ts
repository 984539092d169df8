import { dockerHubHost } from "../ecr/names/imageReference";
import { isLoopbackHost, type RegistryLogin } from "../ecr/registry/registryLogin";
import { RegistryAuthorization, type RenewLogin, refusesLogin } from "./registryAuthorization";
import {
  exchange,
  isSafe,
  type OpenResponse,
  RegistryRefusal,
  type RegistryRequest,
  type RegistryResponse,
  wholeBody,
} from "./registryRequest";
import { mayPass, withRetries } from "./registryRetries";

/** A request to the connection's registry. */
export interface ConnectionRequest extends Pick<RegistryRequest, "method" | "headers"> {
  body?: Buffer;
  /** Scope of the bearer token. @default pull from the repository */
  scope?: string;
}

/** A request with a streamed body or a streamed response. */
export interface StreamRequest extends Omit<ConnectionRequest, "body"> {
  /** Creates the body; called again when the registry first asks for authentication. */
  body?: () => AsyncIterable<Buffer>;
}

/** The response to a streamed request. The body of a successful one is still unread. */
export type StreamResponse = { open: OpenResponse } | { refused: RegistryResponse };

/** Milliseconds for one attempt with a buffered response, including the body. */
const timeout = 60_000;

/**
 * Sends requests for one repository to its registry: anonymously, with Basic authentication, or with the bearer token
 * that the registry asks for. Plain HTTP is allowed on loopback addresses only, as in Docker.
 */
export class RegistryConnection {
  readonly base: URL;
  private readonly authorization: RegistryAuthorization;

  /** See RegistryClient. */
  constructor(
    host: string,
    readonly repository: string,
    login: RegistryLogin | undefined,
    renewLogin: RenewLogin | undefined,
  ) {
    const server = host === dockerHubHost ? "registry-1.docker.io" : host;
    this.base = new URL(`${isLoopbackHost(server) ? "http" : "https"}://${server}`);
    const ask = async (address: URL, basic: string | undefined) => bodyOf(await askWhole(address, {}, basic));
    this.authorization = new RegistryAuthorization(this.base, host, login, renewLogin, ask);
  }

  /** Retries transient failures. @returns The last response, whatever its status. */
  send(address: string | URL, { scope, ...request }: ConnectionRequest = {}): Promise<RegistryResponse> {
    const url = new URL(address, this.base);
    const send = (authorization: string | undefined) => askWhole(url, request, authorization);
    return this.authorized(url, scope, send, (answer) => (refusesLogin(answer, request.method) ? answer : undefined));
  }

  /** A single attempt: a body that was already streamed cannot be sent again from here. */
  async stream(address: string | URL, { scope, body, ...request }: StreamRequest): Promise<StreamResponse> {
    const url = new URL(address, this.base);
    const send = async (authorization: string | undefined): Promise<StreamResponse> => {
      const open = await exchange(url, { ...request, authorization, body: body?.() });
      if (open.status >= 200 && open.status <= 299) return { open };
      return { refused: { ...open, body: await wholeBody(open) } };
    };
    return this.authorized(url, scope, send, (answer) =>
      "refused" in answer && refusesLogin(answer.refused) ? answer.refused : undefined,
    );
  }

  /** The token scope for a push, including pull from the repository that blobs are mounted from. */
  pushScope(from?: string): string {
    const own = `repository:${this.repository}:pull,push`;
    return from === undefined || from === this.repository ? own : `${own} repository:${from}:pull`;
  }

  /**
   * Sends with the authorization the registry asks for.
   *
   * @param refusalIn Extracts the response when it refuses the credentials.
   */
  private async authorized<T>(
    url: URL,
    scope = `repository:${this.repository}:pull`,
    send: (authorization: string | undefined) => Promise<T>,
    refusalIn: (answer: T) => RegistryResponse | undefined,
  ): Promise<T> {
    // An upload URL may be on another host, which must not receive the credentials.
    const isOwn = url.origin === this.base.origin;
    if (!isOwn && !isSafe(url, this.base)) {
      throw new RegistryRefusal(`${this.base.host} leads to ${url.origin}, which is not encrypted`);
    }
    // Up to three attempts: without credentials, with them, and with renewed ones.
    for (let step = 1; ; step++) {
      const used = isOwn ? this.authorization.header(scope) : undefined;
      const answer = await send(used);
      const refusal = refusalIn(answer);
      if (refusal === undefined) return answer;
      if (refusal.url.origin !== this.base.origin) {
        throw new RegistryRefusal(
          `${this.base.host} redirects to ${refusal.url.host}, which asks for its own login`,
          refusal.status,
        );
      }
      if (step === 4 || !(await this.authorization.refresh(used, refusal, scope))) return answer;
    }
  }
}

/** The body of a successful response; otherwise throws the refusal. */
export function bodyOf(response: RegistryResponse): Buffer {
  if (response.status < 200 || response.status > 299) throw refusalOf(response);
  return response.body;
}

/** Limit on the characters shown of a registry's message. */
const shownCharacters = 300;

/**
 * Converts a response to a refusal, with the code and message when they have the distribution specification's format.
 */
export function refusalOf({ status, body }: RegistryResponse): RegistryRefusal {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code?: string; message?: string }[] };
    const text = errors?.map(({ code, message }) => [code, message].filter(Boolean).join(": ")).join("; ") ?? "";
    const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
    const code = errors?.[0]?.code;
    return new RegistryRefusal(
      `${status} ${shown}`.trim(),
      status,
      typeof code === "string" && /^\w{1,64}$/.test(code) ? code : undefined,
    );
  } catch {
    return new RegistryRefusal(`${status}`, status);
  }
}

/** Whether a refused streamed request is worth a retry. */
export function isPassing(answer: StreamResponse): boolean {
  return "refused" in answer && mayPass(answer.refused);
}

function askWhole(url: URL, request: ConnectionRequest, authorization: string | undefined): Promise<RegistryResponse> {
  return withRetries(url.host, async () => {
    const signal = AbortSignal.timeout(timeout);
    const answer = await exchange(url, { ...request, authorization, signal });
    return { ...answer, body: await wholeBody(answer) };
  });
}
