import { type EcrRegistry, parseEcrHost, publicRegistryHosts } from "./imageReference";

/** A user name and a password, as a registry takes them. */
export interface Credentials {
  username: string;
  password: string;
}

/** An authorization token, as ECR's API gives it (AuthorizationData). */
export interface EcrToken {
  /** `<user>:<password>` in base64. */
  authorizationToken?: string;
  /** Address of the registry that it was issued for, with or without a scheme. */
  proxyEndpoint?: string;
}

/**
 * A login together with the registry that it belongs to. Its password can only be had by naming the host that it goes to:
 * hosts come from config, outputs of other stacks and answers of registries, and none of them may get another one's login.
 */
export class RegistryLogin {
  readonly #credentials: Credentials;
  readonly #belongsTo: (host: string) => boolean;

  private constructor(
    { username, password }: Credentials,
    /** Whose login it is, for messages: `the registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
    readonly owner: string,
    belongsTo: (host: string) => boolean,
  ) {
    this.#credentials = { username, password };
    this.#belongsTo = belongsTo;
  }

  /** ECR's token: for the host of its own endpoint, and for the other hosts of the very same registry. */
  static ofEcr({ authorizationToken = "", proxyEndpoint = "" }: EcrToken): RegistryLogin {
    const own = hostOf(proxyEndpoint);
    return new RegistryLogin(
      credentialsIn(authorizationToken),
      `the registry ${own}`,
      // Without an endpoint it is for nobody, whatever stands for no host.
      (host) => host !== "" && (host === own || isSameRegistry(own, host)),
    );
  }

  /** ECR Public's token, which names no endpoint: for its own hosts, and for the one that a sandbox has in their place. */
  static ofEcrPublic({ authorizationToken = "" }: Pick<EcrToken, "authorizationToken">): RegistryLogin {
    return new RegistryLogin(credentialsIn(authorizationToken), "ECR Public", isPublicRegistry);
  }

  /** A login that the user keeps for a host, with its port: `docker.io` for Docker Hub. */
  static ofHost(own: string, credentials: Credentials): RegistryLogin {
    return new RegistryLogin(credentials, own, (host) => host === own);
  }

  /** Why a host does not get this login; undefined for a host that does. */
  refusal(host: string): string | undefined {
    if (this.#belongsTo(host)) return undefined;
    return `the login is the one of ${this.owner} and is not sent to ${host}`;
  }

  /** The login for a registry's host. @throws Error when it belongs to another registry. */
  forHost(host: string): Credentials {
    const refusal = this.refusal(host);
    if (refusal !== undefined) throw new Error(refusal);
    return { ...this.#credentials };
  }
}

/** Why an image of a public repository is not read from a host, with whatever login the user keeps there; undefined for ECR Public. */
export function publicSourceRefusal(host: string): string | undefined {
  return isPublicRegistry(host) ? undefined : `${host} is not ECR Public`;
}

/** ECR Public's hosts, and the one that a sandbox has in their place. */
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

/** The host of an address with or without a scheme, with its port. */
function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
}

/** Whether two hosts are one ECR registry: usual, FIPS and dual-stack ones of one account, region and partition. */
function isSameRegistry(one: string, other: string): boolean {
  const [a, b] = [parseEcrHost(one), parseEcrHost(other)];
  return a !== undefined && b !== undefined && identityOf(a) === identityOf(b);
}

const domainsOfDualStack: Readonly<Record<string, string>> = {
  "on.aws": "amazonaws.com",
  "on.amazonwebservices.com.cn": "amazonaws.com.cn",
};

function identityOf({ account, region, dualStack, domain }: EcrRegistry): string {
  return [account, region, dualStack ? domainsOfDualStack[domain] : domain].join(" ");
}
