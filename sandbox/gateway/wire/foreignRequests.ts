import type { IncomingMessage } from "node:http";

/** Host names of the sandbox. `.localhost` always resolves to this machine (RFC 6761). */
const sandboxHost = /^(?:127\.0\.0\.1|(?:[a-z0-9_-]+\.)*localhost)$/;

/** Names of load balancers, which MiniStack serves. AWS's own names cannot be made to resolve to this machine. */
const loadBalancerHost = /^[a-z0-9.-]+(?:\.elb\.amazonaws\.com|\.alb\.localhost)$/;

/** Longer values are truncated in messages. */
const maximumLength = 100;

/** Whether a request goes to a load balancer's application, which decides for itself whom to serve. */
export function isForLoadBalancer(request: IncomingMessage): boolean {
  return countHosts(request) === 1 && loadBalancerHost.test(hostName(request.headers.host));
}

/**
 * Why a request is rejected before its body is read: it comes from a page in the user's browser. Pages can reach
 * loopback ports, and with DNS rebinding even read the responses. No other client sends an origin or uses a foreign
 * host name.
 *
 * @returns The fault, or `undefined`.
 */
export function foreignRequestFault(request: IncomingMessage): string | undefined {
  const { host, origin } = request.headers;
  const hosts = countHosts(request);
  if (hosts !== 1 || !sandboxHost.test(hostName(host))) {
    return `Host: found ${hosts > 1 ? "several" : quoted(host)}. Must be 127.0.0.1 or localhost, the only names of the sandbox.`;
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) {
    return `Origin: found ${quoted(origin)}. Must be the sandbox's own: it does not answer web pages.`;
  }
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return `Sec-Fetch-Site: found ${quoted(String(site))}. Must be same-origin: the sandbox does not answer web pages.`;
  }
  return undefined;
}

/** With several Host headers, a server behind the gateway might use a different one. */
function countHosts({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
}

function hostName(host: string | undefined): string {
  return (host ?? "").toLowerCase().replace(/:\d+$/, "");
}

function quoted(value: string | undefined): string {
  return value === undefined ? "none" : JSON.stringify(value.slice(0, maximumLength));
}
