import type { RegistryLogin } from "../ecr/registry/registryLogin";
import { isSafe, RegistryRefusal, type RegistryResponse } from "./registryRequest";

/** Gets new credentials to replace expired ones. */
export type RenewLogin = () => Promise<RegistryLogin | undefined>;

/** Requests a token from the token service, with credentials when there are any. */
export type AskIssuer = (address: URL, basic: string | undefined) => Promise<Buffer>;

/** Authorization headers for one registry, as its challenges require: none, Basic, or a bearer token for each scope. */
export class RegistryAuthorization {
  private basic: string | undefined;
  private readonly bearers = new Map<string, string>();
  private challenge: Challenge | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly base: URL,
    private readonly host: string,
    private login: RegistryLogin | undefined,
    private readonly renew: RenewLogin | undefined,
    private readonly ask: AskIssuer,
  ) {}

  /** The header for a scope, such as `repository:app:pull`. */
  header(scope: string): string | undefined {
    return this.basic ?? this.bearers.get(scope);
  }

  /**
   * Gets a new header after a refusal. Only challenges from the registry itself are followed, but the token service may
   * be on another host, as with Docker Hub.
   *
   * @param used The header that was refused.
   * @returns Whether there is a different header to retry with.
   */
  refresh(used: string | undefined, refusal: RegistryResponse, scope: string): Promise<boolean> {
    // Parallel requests that were refused share one new token.
    const result = this.turn.then(async () => {
      if (this.header(scope) !== used) return true;
      this.challenge = parseChallenge(refusal.headers["www-authenticate"]) ?? this.challenge;
      const isExpired = saysExpired(refusal);
      if (!isExpired && (await this.obtain(scope)) && this.header(scope) !== used) return true;
      // Without earlier credentials nothing can have expired.
      if (this.login === undefined || this.renew === undefined || (used === undefined && !isExpired)) return false;
      this.login = await this.renew();
      this.basic = undefined;
      this.bearers.clear();
      return (await this.obtain(scope)) && this.header(scope) !== used;
    });
    this.turn = result.catch(() => {});
    return result;
  }

  /** @returns Whether the challenge could be answered. */
  private async obtain(scope: string): Promise<boolean> {
    const { scheme, parameters } = this.challenge ?? { scheme: "", parameters: {} };
    const credentials = this.login?.forHost(this.host);
    const basic =
      credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    if (scheme === "basic") {
      this.basic = basic;
      return basic !== undefined;
    }
    const { realm, service, scope: wanted = scope } = parameters;
    if (scheme !== "bearer" || realm === undefined || !URL.canParse(realm)) return false;
    const url = new URL(realm);
    if (!isSafe(url, this.base)) {
      throw new RegistryRefusal(`the registry asks for the login in clear text, at ${url.origin}`);
    }
    if (service !== undefined) url.searchParams.set("service", service);
    for (const each of wanted.split(" ")) url.searchParams.append("scope", each);
    this.bearers.set(scope, `Bearer ${tokenIn(await this.ask(url, basic), url.host)}`);
    return true;
  }
}

/**
 * Whether the response means that credentials are missing, wrong, or expired. ECR reports expired ones with 403, and
 * without a body on HEAD.
 */
export function refusesLogin(response: RegistryResponse, method = "GET"): boolean {
  return response.status === 401 || saysExpired(response) || (method === "HEAD" && response.status === 403);
}

function saysExpired({ status, body }: RegistryResponse): boolean {
  return (status === 401 || status === 403) && /token has expired/i.test(body.toString("latin1", 0, 4096));
}

/** The token in a token service's response (distribution specification). */
function tokenIn(body: Buffer, host: string): string {
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString()) as Record<string, unknown>;
    const found = token ?? accessToken;
    // Only characters that are valid in a header.
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // Not JSON: reported below.
  }
  throw new RegistryRefusal(`${host} issued no token`);
}

interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** Parses `Bearer realm="https://auth.example.com/token",service="registry"`. */
function parseChallenge(challenge: string | undefined): Challenge | undefined {
  if (challenge === undefined) return undefined;
  const scheme = challenge.split(" ", 1)[0] ?? "";
  const parameters: Record<string, string> = {};
  for (const [, key = "", value = ""] of challenge.slice(scheme.length).matchAll(/(\w+)="([^"]*)"/g)) {
    parameters[key.toLowerCase()] = value;
  }
  return { scheme: scheme.toLowerCase(), parameters };
}
