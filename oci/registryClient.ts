import { dockerHubHost } from "../ecr/imageReference";
import { isLoopbackHost, type RegistryLogin } from "../ecr/registryLogin";
import { isSafe, RegistryRefusal, type RegistryResponse, requestRegistry } from "./registryRequest";

/** What a registry answers to a read. */
export interface RegistryAnswer {
  body: Buffer;
  contentType: string;
}

/**
 * Reads one repository over the OCI distribution API: anonymously, with Basic authentication or with the bearer token
 * that the registry asks for. Plain HTTP is for registries on a loopback address only, as with Docker.
 */
export class RegistryClient {
  private readonly base: URL;
  private authorization: string | undefined;

  constructor(
    /** With its port; `docker.io` for Docker Hub. */
    private readonly host: string,
    private readonly repository: string,
    private readonly login: RegistryLogin | undefined,
  ) {
    const server = host === dockerHubHost ? "registry-1.docker.io" : host;
    this.base = new URL(`${isLoopbackHost(server) ? "http" : "https"}://${server}`);
  }

  /** A manifest by tag or digest. */
  manifest(reference: string, mediaTypes: readonly string[]): Promise<RegistryAnswer> {
    return this.get(`/v2/${this.repository}/manifests/${reference}`, mediaTypes.join(", "));
  }

  blob(digest: string): Promise<RegistryAnswer> {
    return this.get(`/v2/${this.repository}/blobs/${digest}`, "*/*");
  }

  private async get(path: string, accept: string): Promise<RegistryAnswer> {
    let response = await this.send(path, accept);
    if (response.status === 401 && response.url.origin !== this.base.origin) {
      throw new RegistryRefusal(
        `${this.base.host} redirects to ${response.url.host}, which asks for a login of its own`,
      );
    }
    if (response.status === 401) {
      const authorization = await this.authorize(response.headers.get("www-authenticate") ?? "");
      if (authorization !== undefined) {
        this.authorization = authorization;
        response = await this.send(path, accept);
      }
    }
    const body = bodyOf(response);
    return { body, contentType: (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "" };
  }

  private send(path: string, accept: string): Promise<RegistryResponse> {
    return requestRegistry(this.base.origin + path, { Accept: accept }, this.authorization);
  }

  /**
   * What the challenge asks for; undefined when there is nothing to answer it with. Only the registry's own challenges are
   * answered. The host that issues its bearer tokens may be another one, as Docker Hub's is.
   */
  private async authorize(challenge: string): Promise<string | undefined> {
    const { scheme, parameters } = parseChallenge(challenge);
    const credentials = this.login?.forHost(this.host);
    const basic =
      credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    if (scheme === "basic") return basic;
    const { realm, service, scope = `repository:${this.repository}:pull` } = parameters;
    if (scheme !== "bearer" || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (!isSafe(url, this.base)) {
      throw new RegistryRefusal(`the registry wants the login sent in clear, to ${url.origin}`);
    }
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", scope);
    return `Bearer ${tokenIn(bodyOf(await requestRegistry(url.href, {}, basic)), url.host)}`;
  }
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

/** What was asked for; a refusal otherwise. */
function bodyOf({ status, body }: RegistryResponse): Buffer {
  if (status < 200 || status > 299) throw new RegistryRefusal(`${status} ${errorIn(body)}`.trim(), status);
  return body;
}

/** `Bearer realm="https://auth.example.com/token",service="registry"` taken apart. */
function parseChallenge(challenge: string): { scheme: string; parameters: Record<string, string> } {
  const scheme = challenge.split(" ", 1)[0] ?? "";
  const parameters: Record<string, string> = {};
  for (const [, key = "", value = ""] of challenge.slice(scheme.length).matchAll(/(\w+)="([^"]*)"/g)) {
    parameters[key.toLowerCase()] = value;
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

/** Characters of a registry's message that are shown. */
const shownCharacters = 300;

/** The message of an error in the distribution specification's form, or nothing. */
function errorIn(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code?: string; message?: string }[] };
    const text = errors?.map(({ code, message }) => [code, message].filter(Boolean).join(": ")).join("; ") ?? "";
    return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  } catch {
    return "";
  }
}
