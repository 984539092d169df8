import { RegistryRefusal } from "../../oci/registryRequest";

/** Does something at registries; what they refuse is told with what was to be done there, and what helps. */
export async function telling<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    throw new Error(`${what}: ${error.message.replace(/\.$/, "")}. ${advice(error)}`);
  }
}

function advice({ status = 0 }: RegistryRefusal): string {
  if (status === 401 || status === 403) return "Give the login the right to do this, then run the same command again.";
  if (status === 0 || status === 429 || status >= 500) {
    return "Run the same command again: what has arrived is not sent again.";
  }
  return "Nothing is half done under a tag: mend that, then run the same command again.";
}
