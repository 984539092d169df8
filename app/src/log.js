/** One JSON line on standard output, as container log drivers like it. JSON also keeps a request's bytes from forging lines. */
export function log(level, message, fields = {}) {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}
