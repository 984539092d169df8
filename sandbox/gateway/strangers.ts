import type { IncomingMessage } from "node:http";

/** Names by which the sandbox is called. Whatever ends in `.localhost` is this machine wherever it is resolved (RFC 6761). */
const ownName = /^(?:127\.0\.0\.1|(?:[a-z0-9_-]+\.)*localhost)$/;

/** Names of load balancers, which MiniStack answers for. AWS' own cannot be made to point at this machine. */
const loadBalancerName = /^[a-z0-9.-]+(?:\.elb\.amazonaws\.com|\.alb\.localhost)$/;

/** Longer ones are not repeated. */
const shownLength = 100;

/** Whether a request goes to a load balancer's application, which decides by itself whom it answers. */
export function isForLoadBalancer(request: IncomingMessage): boolean {
  return hostsIn(request) === 1 && loadBalancerName.test(hostName(request.headers.host));
}

/**
 * Why a request is refused before anything of it is read: a page in the user's browser has sent it. Pages reach loopback
 * ports; a page that has let its own name point at this machine (DNS rebinding) may even read the answers. No other
 * client has an origin, and none calls the sandbox by a foreign name.
 *
 * @returns What is wrong, or `undefined`.
 */
export function strangerFault(request: IncomingMessage): string | undefined {
  const { host, origin } = request.headers;
  const hosts = hostsIn(request);
  if (hosts !== 1 || !ownName.test(hostName(host))) {
    return `Host: found ${hosts > 1 ? "several" : shown(host)}. Must be 127.0.0.1 or localhost: the sandbox has no other name.`;
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) {
    return `Origin: found ${shown(origin)}. Must be the sandbox's own: it does not answer web pages.`;
  }
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return `Sec-Fetch-Site: found ${shown(String(site))}. Must be same-origin: the sandbox does not answer web pages.`;
  }
  return undefined;
}

/** A server behind the gateway might take another one of several. */
function hostsIn({ rawHeaders }: IncomingMessage): number {
  return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
}

function hostName(host: string | undefined): string {
  return (host ?? "").toLowerCase().replace(/:\d+$/, "");
}

function shown(value: string | undefined): string {
  return value === undefined ? "none" : JSON.stringify(value.slice(0, shownLength));
}
