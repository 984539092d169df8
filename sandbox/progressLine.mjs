// What takes long says for how long: in a terminal as a line that moves, elsewhere as a line now and then.

/** Milliseconds after which a terminal's line moves, and between two lines elsewhere. */
const tick = 1000;
const lineInterval = 15_000;

/**
 * @param {string} what What is being done: "Packages: npm ci".
 * @param {NodeJS.WriteStream} [stream] Where it is shown.
 */
export function startProgress(what, stream = process.stderr) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  stream.write(`… ${what}${stream.isTTY ? "" : "\n"}`);
  const show = () => stream.write(stream.isTTY ? `\r\x1b[K… ${what}: ${seconds()} s` : `… ${what}: ${seconds()} s\n`);
  const timer = setInterval(show, stream.isTTY ? tick : lineInterval);
  timer.unref();
  let isOver = false;
  const stop = () => {
    clearInterval(timer);
    if (!isOver && stream.isTTY) stream.write("\r\x1b[K");
    isOver = true;
  };
  return {
    stop,
    done(result) {
      stop();
      stream.write(`✔ ${result} [${seconds()}s]\n`);
    },
  };
}
