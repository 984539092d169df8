import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import type { CallContext } from "../../../provider/protocol/definition";
import { hostOf } from "../docker/references";
import type { Builder } from "./builder";
import type { BuildInputs } from "./imageInputs";

const shownLines = 30;

/** Builds and pushes, and shows progress next to the resource. @returns The image's digest. */
export async function build(inputs: BuildInputs, builder: Builder, context: CallContext): Promise<string> {
  refuseNullBytes(inputs);
  const { programs, address } = await builder.start((line) => context.status(line));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "docker-build-"));
  try {
    const metadata = path.join(folder, "metadata.json");
    const secrets = Object.entries(inputs.secrets).map(([id, value], index) => ({
      id,
      value,
      name: `BUILD_SECRET_${index}`,
    }));
    const args = [
      ...["--addr", address, "build", "--progress", "plain", "--metadata-file", metadata],
      ...buildArguments(inputs),
      ...secrets.flatMap(({ id, name }) => ["--secret", `id=${id},env=${name}`]),
    ];
    const env = {
      ...process.env,
      DOCKER_CONFIG: dockerConfig(folder, inputs),
      ...Object.fromEntries(secrets.map(({ name, value }) => [name, value])),
    };
    await run(programs.buildctl, args, env, context);
    const { "containerimage.digest": digest } = JSON.parse(fs.readFileSync(metadata, "utf8")) as Record<string, string>;
    if (digest === undefined) throw new Error("BuildKit returned no digest of the image");
    return digest;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Node's own error would include the secret's value. */
function refuseNullBytes({ secrets }: BuildInputs): void {
  const ids = Object.keys(secrets).filter((id) => secrets[id]?.includes("\0"));
  if (ids.length === 0) return;
  throw new Error(
    `secrets ${ids.join(", ")}: a value has a null byte. The sandbox hands secrets to BuildKit as environment variables, which have none. Encode it, for example with base64.`,
  );
}

/** What buildx generates from the same flags (docker/buildx build/opt.go). */
function buildArguments(inputs: BuildInputs): string[] {
  const { context, dockerfile, platforms, target, network, extraHosts } = inputs;
  const options = {
    filename: path.basename(dockerfile),
    platform: platforms.join(","),
    target,
    "add-hosts": extraHosts.map((each) => each.replace(":", "=")).join(","),
    "force-network-mode": network === "default" ? "" : network,
    ...Object.fromEntries(Object.entries(inputs.args).map(([name, value]) => [`build-arg:${name}`, value])),
  };
  return [
    ...[
      "--frontend",
      "dockerfile.v0",
      "--local",
      `context=${context}`,
      "--local",
      `dockerfile=${path.dirname(dockerfile)}`,
    ],
    ...Object.entries(options).flatMap(([name, value]) =>
      value === "" && !name.startsWith("build-arg:") ? [] : ["--opt", `${name}=${value}`],
    ),
    ...(network === "host" ? ["--allow", "network.host"] : []),
    ...inputs.cacheFrom.flatMap((each) => ["--import-cache", each]),
    ...inputs.cacheTo.flatMap((each) => ["--export-cache", each]),
    ...inputs.ssh.flatMap(({ id, paths }) => ["--ssh", paths.length > 0 ? `${id}=${paths.join(",")}` : id]),
    ...inputs.exports.flatMap((each) => ["--output", each.replace(/^type=registry\b/, "type=image,push=true")]),
  ];
}

/** The user's own logins, overridden by the resource's, for this build only. */
function dockerConfig(folder: string, { registries }: BuildInputs): string {
  const own = path.join(process.env["DOCKER_CONFIG"] || path.join(os.homedir(), ".docker"), "config.json");
  const { auths = {}, credHelpers = {} } = readJson(own) as Record<"auths" | "credHelpers", Record<string, unknown>>;
  const hosts = registries.map(({ address }) => hostOf(address));
  const config = {
    auths: {
      ...auths,
      ...Object.fromEntries(
        registries.map(({ username, password }, index) => [
          hosts[index] ?? "",
          { auth: Buffer.from(`${username}:${password}`).toString("base64") },
        ]),
      ),
    },
    credHelpers: Object.fromEntries(Object.entries(credHelpers).filter(([host]) => !hosts.includes(host))),
  };
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
  return folder;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    // Missing, or one that Docker cannot read either.
    return {};
  }
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv, context: CallContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"], signal: context.signal });
    const output: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.trim() === "") return;
      output.push(line);
      output.splice(0, output.length - shownLines);
      context.status(line);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve();
      // The error only names the step that failed; the reason is in the step's output.
      context.log("info", `Build output:\n${output.join("\n")}`);
      const error = output.findLast((line) => line.startsWith("error: ")) ?? `buildctl ended with exit code ${code}`;
      reject(new Error(error.replace(/^error: /, "")));
    });
  });
}
