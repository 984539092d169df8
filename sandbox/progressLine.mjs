// Shows how long a slow step has been running: in a terminal as one updating line, elsewhere as an occasional line.

/** Milliseconds between updates of a terminal's line, and between lines elsewhere. */
const tick = 1000;
const lineInterval = 15_000;

/** Steps shorter than this are not shown (milliseconds). */
const short = 2000;

/**
 * @param {string} what The activity: "Packages: npm ci".
 * @param {boolean} [mostlyShort] Whether to show nothing in the first two seconds. Default: false.
 * @param {NodeJS.WriteStream} [stream] Where to show it.
 */
export function startProgress(what, mostlyShort = false, stream = process.stderr) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let isShown = false;
  const show = () => {
    const line = `… ${what}${isShown || mostlyShort ? `: ${seconds()} s` : ""}`;
    // A wrapped line could not be cleared: only its last row is.
    stream.write(stream.isTTY ? `\r\x1b[K${line.slice(0, (stream.columns || 80) - 1)}` : `${line}\n`);
    isShown = true;
  };
  if (!mostlyShort) show();
  const first = mostlyShort ? setTimeout(show, short).unref() : undefined;
  const timer = setInterval(() => isShown && show(), stream.isTTY ? tick : lineInterval).unref();
  const stop = () => {
    clearTimeout(first);
    clearInterval(timer);
    if (isShown && stream.isTTY) stream.write("\r\x1b[K");
    isShown = false;
  };
  return {
    stop,
    done(result) {
      stop();
      stream.write(`✔ ${result} [${seconds()}s]\n`);
    },
  };
}
