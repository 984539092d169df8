import { text } from "node:stream/consumers";
import { registryLogin } from "./registryLogin";

/** Docker's message for missing credentials; Docker then continues without any. */
const notFound = "credentials not found in native keychain";

/** The program: `get` with the server on stdin; the other actions do nothing. */
async function main([action]: string[]): Promise<number> {
  const server = await text(process.stdin);
  if (action !== "get") return 0;
  const { SANDBOX_HOME: home = "", AWS_SECRET_ACCESS_KEY: secret = "" } = process.env;
  const login = await registryLogin(server, home, secret);
  console.log(login === undefined ? notFound : JSON.stringify(login));
  return login === undefined ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // Docker shows stdout as the reason.
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
