import { dockerHubHost } from "../ecr/imageReference";
import { isLoopbackHost, type RegistryLogin } from "../ecr/registryLogin";
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

/** A request to the registry that a connection belongs to. */
export interface ConnectionRequest extends Pick<RegistryRequest, "method" | "headers"> {
  body?: Buffer;
  /** What a bearer token has to allow. @default to pull from the repository */
  scope?: string;
}

/** A request with a body that is streamed, or for an answer that is. */
export interface StreamRequest extends Omit<ConnectionRequest, "body"> {
  /** Begins the body; again when the registry wants a login first. */
  body?: () => AsyncIterable<Buffer>;
}

/** The answer to a streamed request: what succeeded is still to be read. */
export type StreamResponse = { open: OpenResponse } | { refused: RegistryResponse };

/** Milliseconds for one attempt of a request that is answered whole, its body included. */
const timeout = 60_000;

/**
 * Sends requests for one repository to its registry: anonymously, with Basic authentication or with the bearer token that
 * the registry asks for. Plain HTTP is for registries on a loopback address only, as with Docker.
 */
export class RegistryConnection {
  /** Where the registry is. */
  readonly base: URL;
  private readonly authorization: RegistryAuthorization;

  /** As of RegistryClient. */
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

  /** @returns The last answer, whatever its status; a failure that may pass is tried again. */
  send(address: string | URL, { scope, ...request }: ConnectionRequest = {}): Promise<RegistryResponse> {
    const url = new URL(address, this.base);
    const send = (authorization: string | undefined) => askWhole(url, request, authorization);
    return this.authorized(url, scope, send, (answer) => (refusesLogin(answer, request.method) ? answer : undefined));
  }

  /** One attempt: what was streamed already cannot be sent again from here. */
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

  /** The scope of a bearer token for a push, and for a pull from another repository when blobs are mounted from there. */
  pushScope(from?: string): string {
    const own = `repository:${this.repository}:pull,push`;
    return from === undefined || from === this.repository ? own : `${own} repository:${from}:pull`;
  }

  /**
   * Sends with the login as the registry asks for it.
   *
   * @param refusalIn The answer when it refuses the login.
   */
  private async authorized<T>(
    url: URL,
    scope = `repository:${this.repository}:pull`,
    send: (authorization: string | undefined) => Promise<T>,
    refusalIn: (answer: T) => RegistryResponse | undefined,
  ): Promise<T> {
    // An upload's address may be elsewhere, where the login is nobody's business.
    const isOwn = url.origin === this.base.origin;
    if (!isOwn && !isSafe(url, this.base)) {
      throw new RegistryRefusal(`${this.base.host} leads to ${url.origin}, in clear`);
    }
    // No login yet, the login, the login in the place of an expired one.
    for (let step = 1; ; step++) {
      const used = isOwn ? this.authorization.header(scope) : undefined;
      const answer = await send(used);
      const refusal = refusalIn(answer);
      if (refusal === undefined) return answer;
      if (refusal.url.origin !== this.base.origin) {
        throw new RegistryRefusal(
          `${this.base.host} redirects to ${refusal.url.host}, which asks for a login of its own`,
          refusal.status,
        );
      }
      if (step === 4 || !(await this.authorization.refresh(used, refusal, scope))) return answer;
    }
  }
}

/** What was asked for; a refusal otherwise. */
export function bodyOf(response: RegistryResponse): Buffer {
  if (response.status < 200 || response.status > 299) throw refusalOf(response);
  return response.body;
}

/** Characters of a registry's message that are shown. */
const shownCharacters = 300;

/** An answer as a refusal, with the registry's own code and message where it has the distribution specification's form. */
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

/** Whether a refusal that was streamed for may be another answer in a moment. */
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
