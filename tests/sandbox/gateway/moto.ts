import { type ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { installPythonPackage } from "../../../sandbox/services/pythonPackage";
import { runOrThrow } from "../../../sandbox/system/commands";
import { freePort } from "../../../sandbox/system/ports";
import { waitUntil } from "../../../sandbox/system/waitUntil";

/** moto's server, of the version whose answers the tests know, and boto3, which it depends on. @returns The path of `moto_server`. */
function installMoto(): Promise<string> {
  return installPythonPackage({ name: "moto", command: "moto_server" }, () => {});
}

/** A Python that has boto3: the tests' clients of that kind run in moto's environment. */
export async function pythonWithBoto3(): Promise<string> {
  return path.join(path.dirname(await installMoto()), "python");
}

/** The operations of ECR that moto answers, as its code has them. */
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

/** Starts moto on a free port. */
export async function startMoto(): Promise<Moto> {
  const program = await installMoto();
  const port = await freePort();
  const child: ChildProcess = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const answers = () =>
    fetch(`${url}/moto-api/`).then(
      (answer) => answer.ok,
      () => false,
    );
  if (!(await waitUntil(answers, 60_000))) {
    await stop();
    throw new Error("moto did not start");
  }
  return { url, stop };
}
