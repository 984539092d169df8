import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Credentials } from "../../ecr/registry/registryLogin";

/** Specifies the version that Go builds when syft is not installed, with the checksums of all its modules. */
const goModule = [path.join(__dirname, "goModule"), path.join(__dirname, "..", "sbom", "goModule")];

/** Maximum size of an SBOM in bytes: an image with 10,000 packages has under 20 MB. */
const outputLimit = 256 * 1024 * 1024;

/** Credentials with the only host that may receive them. */
export interface HostLogin extends Credentials {
  host: string;
}

/** How to start syft. */
export interface Syft {
  program: string;
  args: readonly string[];
  /** Whether the first start takes minutes. */
  builds: boolean;
}

/**
 * The syft on PATH, or Go, which builds a fixed version and keeps it in its own cache.
 *
 * @throws Error with instructions when there is neither.
 */
export function findSyft(): Syft {
  if (onPath("syft")) return { program: "syft", args: [], builds: false };
  if (!onPath("go")) {
    throw new Error(
      "Neither syft, which lists the packages, nor Go, which could build it, is on PATH. Install one of them.",
    );
  }
  const folder = goModule.find((each) => fs.existsSync(path.join(each, "go.sum")));
  if (folder === undefined) {
    throw new Error(
      `${goModule.join(" and ")}: found no go.sum. It comes with the project's sources. Install syft, or check out the sources again.`,
    );
  }
  const version = /^require github.com\/anchore\/syft v(\S+)$/m.exec(
    fs.readFileSync(path.join(folder, "go.mod"), "utf8"),
  )?.[1];
  const flags = ["-C", folder, "-mod=readonly", "-ldflags", `-s -w -X main.version=${version}`];
  return { program: "go", args: ["run", ...flags, "github.com/anchore/syft/cmd/syft"], builds: true };
}

/**
 * The SBOM of an image in a registry, as CycloneDX JSON. Docker is not needed, and its configuration is not used.
 *
 * @param reference `<url>@<digest>`.
 * @param login For the image's registry; none for a public one. Passed to syft in the environment, because arguments
 * are visible to every user of the machine.
 * @throws Error with the end of syft's output.
 */
export function cyclonedx({ program, args }: Syft, reference: string, login: HostLogin | undefined): Promise<string> {
  const env = { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: "false", ...loginVariables(login) };
  const scan = [...args, "scan", `registry:${reference}`, "--output", "cyclonedx-json", "--quiet"];
  return new Promise((resolve, reject) => {
    execFile(program, scan, { env, maxBuffer: outputLimit }, (error, stdout, stderr) => {
      if (error) {
        const reason = stderr.trim().split("\n").slice(-10).join("\n") || error.message;
        reject(new Error(`syft could not read ${reference}:\n${reason}`));
      } else {
        resolve(stdout);
      }
    });
  });
}

/** Builds it in advance, which takes minutes the first time. @throws Error with the end of the output. */
export function warmUp({ program, args }: Syft): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args, "version"], { maxBuffer: outputLimit }, (error, _, stderr) => {
      if (error) {
        reject(
          new Error(`syft could not be built:\n${stderr.trim().split("\n").slice(-10).join("\n") || error.message}`),
        );
      } else resolve();
    });
  });
}

/** Syft's own settings for one registry (`syft config`: registry.auth). */
function loginVariables(login: HostLogin | undefined): NodeJS.ProcessEnv {
  if (login === undefined) return {};
  return {
    SYFT_REGISTRY_AUTH_AUTHORITY: login.host,
    SYFT_REGISTRY_AUTH_USERNAME: login.username,
    SYFT_REGISTRY_AUTH_PASSWORD: login.password,
  };
}

function onPath(name: string): boolean {
  return (process.env["PATH"] ?? "").split(path.delimiter).some((directory) => {
    try {
      fs.accessSync(path.join(directory, name), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
