// What takes long says for how long: in a terminal as a line that moves, elsewhere as a line now and then.

/** Milliseconds after which a terminal's line moves, and between two lines elsewhere. */
const tick = 1000;
const lineInterval = 15_000;

/** Milliseconds that need no word. */
const short = 2000;

/**
 * @param {string} what What is being done: "Packages: npm ci".
 * @param {boolean} [mostlyShort] Whether it says nothing unless it takes longer than two seconds. Default: false.
 * @param {NodeJS.WriteStream} [stream] Where it is shown.
 */
export function startProgress(what, mostlyShort = false, stream = process.stderr) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let isShown = false;
  const show = () => {
    const line = `… ${what}${isShown || mostlyShort ? `: ${seconds()} s` : ""}`;
    // A line that wraps would stay: only its last row is cleared.
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
