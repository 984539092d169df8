import { BinaryReader } from "google-protobuf";

/** One message of the daemon's build, push and pull streams (`jsonmessage.JSONMessage` in Docker). */
interface JsonMessage {
  readonly id?: string;
  readonly status?: string;
  readonly stream?: string;
  readonly from?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
  readonly error?: string;
  readonly aux?: unknown;
}

/** The readable text of a message and its machine-readable data. Throws errors that the daemon reports. */
export function readMessage(raw: Record<string, unknown>): { text: string; aux?: unknown; progress: boolean } {
  const message = raw as JsonMessage;
  if (message.errorDetail || message.error !== undefined) throw new Error(errorText(message));
  const { current, total } = message.progressDetail ?? {};
  const progress = current !== undefined && current > 0;
  let text = message.from ?? "";
  if (progress) {
    text += `${message.id ?? ""} ${message.status ?? ""} ${amount(current)}${total ? `/${amount(total)}` : ""}`;
  } else text += message.stream ?? message.status ?? "";
  if (message.aux !== undefined && message.id === "moby.buildkit.trace") {
    return { text: (text + traceText(message.aux)).trim(), progress: false };
  }
  return { text: text.trim(), progress, ...(message.aux !== undefined && { aux: message.aux }) };
}

/** Milliseconds between byte counts: the daemon sends dozens a second, and without a terminal each becomes a line. */
const countInterval = 1000;

/** Shows messages as the resource's status: all text, but byte counts only at intervals. */
export function statusWriter(
  show: (text: string) => void,
  now: () => number = Date.now,
): (message: { text: string; progress: boolean }) => void {
  let lastCount = Number.NEGATIVE_INFINITY;
  return ({ text, progress }) => {
    if (text === "" || (progress && now() - lastCount < countInterval)) return;
    if (progress) lastCount = now();
    show(text);
  };
}

function errorText(message: JsonMessage): string {
  const text = message.errorDetail?.message ?? message.error ?? "unknown error";
  if (message.errorDetail?.code === 401) return "authentication is required";
  if (text === "EOF") {
    return (
      `${text}\n: This error is most likely due to incorrect or mismatched registry credentials. ` +
      "Please double check you are using the correct credentials and registry name"
    );
  }
  return text;
}

function amount(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Number((bytes / 1000 ** unit).toPrecision(4))}${units[unit] ?? "B"}`;
}

/** BuildKit's progress: a `moby.buildkit.v1.StatusResponse` in base64. */
function traceText(aux: unknown): string {
  if (typeof aux !== "string") return "";
  let text = "";
  readFields(Buffer.from(aux, "base64"), (field, reader) => {
    if (field === 1) {
      const vertex = readStrings(reader.readBytes());
      text += `${vertex.get(3) ?? ""}\n`;
      if (vertex.has(7)) text += `error: ${vertex.get(7)}\n`;
    } else if (field === 3) {
      text += `${readStrings(reader.readBytes()).get(4) ?? ""}\n`;
    } else {
      reader.skipField();
    }
  });
  return text;
}

/** The string fields of a protobuf message, by number. */
export function readStrings(message: Uint8Array | string): Map<number, string> {
  const fields = new Map<number, string>();
  readFields(Buffer.from(message as Uint8Array), (field, reader) => {
    // 2: length-delimited, the wire type of strings, bytes, and nested messages.
    if (reader.getWireType() === 2) fields.set(field, Buffer.from(reader.readBytes() as Uint8Array).toString());
    else reader.skipField();
  });
  return fields;
}

function readFields(message: Uint8Array, onField: (field: number, reader: BinaryReader) => void): void {
  const reader = new BinaryReader(message);
  while (reader.nextField() && !reader.isEndGroup()) onField(reader.getFieldNumber(), reader);
}
