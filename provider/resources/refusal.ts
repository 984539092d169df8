import { RegistryRefusal } from "../../oci/registryRequest";

/** Runs registry operations; adds to a refusal what was being done and how to fix it. */
export async function withRefusalAdvice<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    throw new Error(`${what}: ${error.message.replace(/\.$/, "")}. ${advice(error)}`);
  }
}

function advice({ status = 0 }: RegistryRefusal): string {
  if (status === 401 || status === 403) return "Grant the login this permission, then run the same command again.";
  if (status === 0 || status === 429 || status >= 500) {
    return "Run the same command again: what has arrived is not sent again.";
  }
  return "No tag points to an incomplete image: fix the cause, then run the same command again.";
}
