/** `urn:pulumi:stack::project::parent$type::name`: the type is the part after the last `$`. */
export function typeOf(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

/** A name may itself contain `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
