import { spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { runOrThrow } from "../../../sandbox/system/commands";
import { installPythonPackage } from "../../../sandbox/system/pythonPackage";

/** Installs the pinned moto server and its dependency boto3. @returns The path of `moto_server`. */
function installMoto(): Promise<string> {
  return installPythonPackage({ name: "moto", command: "moto_server" }, () => {});
}

/** A Python with boto3; the tests' boto3 clients run in moto's environment. */
export async function pythonWithBoto3(): Promise<string> {
  return path.join(path.dirname(await installMoto()), "python");
}

/** The ECR operations that moto implements, read from its code. */
export async function motoOperations(): Promise<string[]> {
  const program = [
    "from moto.ecr.responses import ECRResponse",
    "methods = [name for name, value in vars(ECRResponse).items() if callable(value) and not name.startswith('_')]",
    "print(' '.join(''.join(word.title() for word in name.split('_')) for name in methods))",
  ].join("\n");
  return (await runOrThrow(await pythonWithBoto3(), ["-c", program])).trim().split(" ");
}

export interface Moto {
  url: string;
  stop(): Promise<void>;
}

/** Starts moto on a port chosen by the system, which moto prints once it listens. */
export async function startMoto(): Promise<Moto> {
  const child = spawn(await installMoto(), ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const listening = /http:\/\/127\.0\.0\.1:[0-9]+/.exec(said)?.[0];
      if (listening !== undefined) resolve(listening);
    });
    child.once("close", (code) => reject(new Error(`moto ended with ${code} before it listened:\n${said}`)));
  });
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
