import type { RegistryLogin } from "../ecr/registryLogin";
import { isSafe, RegistryRefusal, type RegistryResponse } from "./registryRequest";

/** A new login in the place of one that expired. */
export type RenewLogin = () => Promise<RegistryLogin | undefined>;

/** Asks an issuer of tokens; with the login, where there is one. */
export type AskIssuer = (address: URL, basic: string | undefined) => Promise<Buffer>;

/**
 * What a client puts into its requests to one registry: nothing, Basic authentication, or a bearer token for each scope,
 * as the registry's challenges ask for it.
 */
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
   * Gets another header after a refusal. Only the registry's own challenges are answered. The host that issues its bearer
   * tokens may be another one, as Docker Hub's is.
   *
   * @param used The header that was refused.
   * @returns Whether there is another one to try now.
   */
  refresh(used: string | undefined, refusal: RegistryResponse, scope: string): Promise<boolean> {
    // Requests that were refused together make do with one new token.
    const result = this.turn.then(async () => {
      if (this.header(scope) !== used) return true;
      this.challenge = parseChallenge(refusal.headers["www-authenticate"]) ?? this.challenge;
      const isExpired = saysExpired(refusal);
      if (!isExpired && (await this.obtain(scope)) && this.header(scope) !== used) return true;
      // Without a login before, there is none that could have expired.
      if (this.login === undefined || this.renew === undefined || (used === undefined && !isExpired)) return false;
      this.login = await this.renew();
      this.basic = undefined;
      this.bearers.clear();
      return (await this.obtain(scope)) && this.header(scope) !== used;
    });
    this.turn = result.catch(() => {});
    return result;
  }

  /** @returns Whether there was something to answer the challenge with. */
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
      throw new RegistryRefusal(`the registry wants the login sent in clear, to ${url.origin}`);
    }
    if (service !== undefined) url.searchParams.set("service", service);
    for (const each of wanted.split(" ")) url.searchParams.append("scope", each);
    this.bearers.set(scope, `Bearer ${tokenIn(await this.ask(url, basic), url.host)}`);
    return true;
  }
}

/** Whether an answer may say that the login is missing, wrong or expired. ECR says the last with 403, to HEAD without a word. */
export function refusesLogin(response: RegistryResponse, method = "GET"): boolean {
  return response.status === 401 || saysExpired(response) || (method === "HEAD" && response.status === 403);
}

function saysExpired({ status, body }: RegistryResponse): boolean {
  return (status === 401 || status === 403) && /token has expired/i.test(body.toString("latin1", 0, 4096));
}

/** The token in an answer of the distribution specification's form. */
function tokenIn(body: Buffer, host: string): string {
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString()) as Record<string, unknown>;
    const found = token ?? accessToken;
    // As it stands in a header.
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // No JSON: no token either.
  }
  throw new RegistryRefusal(`${host} issues no token`);
}

interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

/** `Bearer realm="https://auth.example.com/token",service="registry"` taken apart. */
function parseChallenge(challenge: string | undefined): Challenge | undefined {
  if (challenge === undefined) return undefined;
  const scheme = challenge.split(" ", 1)[0] ?? "";
  const parameters: Record<string, string> = {};
  for (const [, key = "", value = ""] of challenge.slice(scheme.length).matchAll(/(\w+)="([^"]*)"/g)) {
    parameters[key.toLowerCase()] = value;
  }
  return { scheme: scheme.toLowerCase(), parameters };
}
