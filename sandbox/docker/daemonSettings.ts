import * as fs from "node:fs";
import type { Progress } from "../system/progress";

/**
 * The machine's own dockerd settings (mirrors, proxies, address pools) also apply to the sandbox's daemon, except those
 * passed as arguments: dockerd refuses a setting that comes both ways.
 */
export function userConfiguration(progress: Progress, file = "/etc/docker/daemon.json"): Record<string, unknown> {
  if (!fs.existsSync(file)) {
    return {};
  }
  try {
    const settings = JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
    const own = ["hosts", "data-root", "exec-root", "pidfile", "storage-driver", "storage-opts", "shutdown-timeout"];
    return Object.fromEntries(Object.entries(settings).filter(([name]) => !own.includes(name)));
  } catch (error) {
    progress(`${file} is not valid and is left aside: ${(error as Error).message}`);
    return {};
  }
}

/** Without the client's variables, some of which dockerd also reads, and with the directories of iptables and runc. */
export function daemonEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(DOCKER_|NOTIFY_SOCKET|LISTEN_|npm_|NODE_)/.test(name),
  );
  const environment = Object.fromEntries(entries);
  return {
    ...environment,
    PATH: [environment["PATH"], "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"].filter(Boolean).join(":"),
  };
}
