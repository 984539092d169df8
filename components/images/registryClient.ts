import { dockerHubHost } from "../../ecr/imageReference";
import type { RegistryLogin } from "./dockerLogin";
import { RegistryRefusal, type RegistryResponse, requestRegistry } from "./registryRequest";

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
  private readonly base: string;
  private authorization: string | undefined;

  constructor(
    /** With its port; `docker.io` for Docker Hub. */
    host: string,
    private readonly repository: string,
    private readonly login: RegistryLogin | undefined,
  ) {
    const server = host === dockerHubHost ? "registry-1.docker.io" : host;
    this.base = `${isLoopback(server) ? "http" : "https"}://${server}`;
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
    // `fetch` leaves the authorization out when a registry sends it on to another host for a blob.
    return requestRegistry(this.base + path, {
      Accept: accept,
      ...(this.authorization && { Authorization: this.authorization }),
    });
  }

  /** What the challenge asks for; undefined when there is nothing to answer it with. */
  private async authorize(challenge: string): Promise<string | undefined> {
    const { scheme, parameters } = parseChallenge(challenge);
    const basic =
      this.login && `Basic ${Buffer.from(`${this.login.username}:${this.login.password}`).toString("base64")}`;
    if (scheme === "basic") return basic;
    const { realm, service, scope = `repository:${this.repository}:pull` } = parameters;
    if (scheme !== "bearer" || realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    if (url.protocol !== "https:" && !isLoopback(url.host)) {
      throw new RegistryRefusal(`the registry wants the login sent in clear, to ${url.origin}`);
    }
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", scope);
    const response = await requestRegistry(url.href, basic === undefined ? {} : { Authorization: basic });
    const { token, access_token: accessToken } = JSON.parse(bodyOf(response).toString()) as Record<string, unknown>;
    return `Bearer ${String(token ?? accessToken)}`;
  }
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

/** The message of an error in the distribution specification's form, or nothing. */
function errorIn(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString()) as { errors?: { code?: string; message?: string }[] };
    return errors?.map(({ code, message }) => [code, message].filter(Boolean).join(": ")).join("; ") ?? "";
  } catch {
    return "";
  }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}
