import { type EcrRegistry, parseEcrHost, publicRegistryHosts } from "../names/imageReference";

/** User name and password for a registry. */
export interface Credentials {
  username: string;
  password: string;
}

/** An authorization token from ECR's API (AuthorizationData). */
export interface EcrToken {
  /** `<user>:<password>` in base64. */
  authorizationToken?: string;
  /** Address of the registry it was issued for, with or without scheme. */
  proxyEndpoint?: string;
}

/**
 * Credentials together with the registry they belong to. The password is only available by naming the host it is sent
 * to: hosts come from config, other stacks' outputs, and registry responses, and none of them may receive another one's
 * credentials.
 */
export class RegistryLogin {
  readonly #credentials: Credentials;
  readonly #belongsTo: (host: string) => boolean;

  private constructor(
    { username, password }: Credentials,
    /** The owner of the credentials, for messages: `the registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
    readonly owner: string,
    belongsTo: (host: string) => boolean,
  ) {
    this.#credentials = { username, password };
    this.#belongsTo = belongsTo;
  }

  /** ECR's token: for the host of its endpoint, and for the other hosts of the same registry. */
  static ofEcr({ authorizationToken = "", proxyEndpoint = "" }: EcrToken): RegistryLogin {
    const own = hostOf(proxyEndpoint);
    return new RegistryLogin(
      credentialsIn(authorizationToken),
      `the registry ${own}`,
      // Without an endpoint it is valid for no host, not even an empty one.
      (host) => host !== "" && (host === own || isSameRegistry(own, host)),
    );
  }

  /** ECR Public's token, which has no endpoint: for its own hosts, and for the sandbox's host that replaces them. */
  static ofEcrPublic({ authorizationToken = "" }: Pick<EcrToken, "authorizationToken">): RegistryLogin {
    return new RegistryLogin(credentialsIn(authorizationToken), "ECR Public", isPublicRegistry);
  }

  /** Credentials the user configured for a host, with its port: `docker.io` for Docker Hub. */
  static ofHost(own: string, credentials: Credentials): RegistryLogin {
    return new RegistryLogin(credentials, own, (host) => host === own);
  }

  /** Why a host does not get these credentials; undefined when it does. */
  refusal(host: string): string | undefined {
    if (this.#belongsTo(host)) return undefined;
    return `the login belongs to ${this.owner} and is not sent to ${host}`;
  }

  /** The credentials for a registry's host. @throws Error when they belong to another registry. */
  forHost(host: string): Credentials {
    const refusal = this.refusal(host);
    if (refusal !== undefined) throw new Error(refusal);
    return { ...this.#credentials };
  }
}

/**
 * Why an image of a public repository is not pulled from a host, whatever credentials the user has for it; undefined
 * for ECR Public.
 */
export function publicSourceRefusal(host: string): string | undefined {
  return isPublicRegistry(host) ? undefined : `${host} is not ECR Public`;
}

/** Whether the host is ECR Public, or the sandbox's host that replaces it. */
function isPublicRegistry(host: string): boolean {
  return publicRegistryHosts.some((each) => each === host) || isLoopbackHost(host);
}

/** Whether a host, with or without a port, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host);
}

function credentialsIn(authorizationToken: string): Credentials {
  const [username = "", password = ""] = Buffer.from(authorizationToken, "base64").toString().split(":");
  return { username, password };
}

/** The host of an address with or without scheme, including the port. */
function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
}

/**
 * Whether two hosts are the same ECR registry: standard, FIPS, and dual-stack hosts of one account, region, and
 * partition.
 */
function isSameRegistry(one: string, other: string): boolean {
  const [a, b] = [parseEcrHost(one), parseEcrHost(other)];
  return a !== undefined && b !== undefined && registryIdentity(a) === registryIdentity(b);
}

const dualStackDomains: Readonly<Record<string, string>> = {
  "on.aws": "amazonaws.com",
  "on.amazonwebservices.com.cn": "amazonaws.com.cn",
};

function registryIdentity({ account, region, dualStack, domain }: EcrRegistry): string {
  return [account, region, dualStack ? dualStackDomains[domain] : domain].join(" ");
}
