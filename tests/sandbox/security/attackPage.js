/**
 * What a page of another site tries; it runs in the browser (runningSandbox.test.ts).
 *
 * @param {string[]} bases Origins to attack.
 * @param {string} queuePath Path of a queue.
 * @returns {Promise<string[]>} What the page could read, a line for each.
 */
// biome-ignore lint/correctness/noUnusedVariables: the test calls it in the page.
async function attack(bases, queuePath) {
  const read = [];
  const patience = 5000;
  const settled = (work) => Promise.race([work.catch(() => {}), new Promise((r) => setTimeout(r, patience))]);
  const element = (name, attributes) =>
    new Promise((resolve) => {
      const made = Object.assign(document.createElement(name), { onload: resolve, onerror: resolve });
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      document.body.append(made);
    });
  const get = (base, path) => `${base}${path}`;

  for (const base of bases) {
    const gets = [
      "/",
      "/health",
      "/_ministack/health",
      "/_localstack/health",
      "/_sandbox/health",
      "/v2/",
      "/v2/_catalog",
      "/token/",
    ];
    gets.push(`/_ministack/sqs/messages?QueueUrl=${base}${queuePath}`, `${queuePath}?Action=ReceiveMessage`);
    const posts = [
      ["/_ministack/reset", "text/plain", ""],
      ["/%5Fministack/reset", "text/plain", ""],
      ["/_ministack/config", "text/plain", '{"cloudtrail._recording_enabled":"true"}'],
      ["/_sandbox/clock", "text/plain", '{"advanceSeconds":864000}'],
      ["/_sandbox/lifecycle", "text/plain", "{}"],
      ["/_sandbox/faults", "text/plain", '{"faults":[]}'],
      [queuePath, "application/x-www-form-urlencoded", "Action=PurgeQueue&Version=2012-11-05"],
      ["/", "application/x-www-form-urlencoded", "Action=CreateUser&UserName=eve&Version=2010-05-08"],
    ];
    for (const path of gets) {
      await settled(fetch(get(base, path), { mode: "no-cors" }));
      await settled(
        fetch(get(base, path)).then(async (answer) =>
          read.push(`GET ${base}${path} ${answer.status} ${await answer.text()}`),
        ),
      );
    }
    for (const [path, type, body] of posts) {
      const url = get(base, path);
      await settled(fetch(url, { method: "POST", mode: "no-cors", body, headers: { "Content-Type": type } }));
      navigator.sendBeacon(url, new Blob([body], { type }));
      for (const headers of [{ "Content-Type": "application/json" }, { "Content-Type": type }]) {
        await settled(
          fetch(url, { method: "POST", body, headers }).then(async (answer) =>
            read.push(`POST ${url} ${answer.status} ${await answer.text()}`),
          ),
        );
      }
      // A form's text/plain is `name=value`: JSON that ends in a member of that name.
      const frame = Object.assign(document.createElement("iframe"), { name: `frame${Math.random()}` });
      const posted = new Promise((resolve) => {
        frame.onload = resolve;
      });
      document.body.append(frame);
      const form = Object.assign(document.createElement("form"), { method: "POST", action: url, target: frame.name });
      form.enctype = type === "text/plain" ? type : "application/x-www-form-urlencoded";
      const [name = "x", value = ""] = body.split("=", 2);
      form.append(Object.assign(document.createElement("input"), { name: name || "x", value }));
      document.body.append(form);
      form.submit();
      await settled(posted);
    }
    for (const [name, attribute] of [
      ["img", "src"],
      ["script", "src"],
      ["iframe", "src"],
    ]) {
      await settled(element(name, { [attribute]: get(base, "/_ministack/reset") }));
      await settled(element(name, { [attribute]: get(base, "/_sandbox/health") }));
    }
    await settled(element("link", { rel: "stylesheet", href: get(base, "/") }));
    for (const path of ["/", "/_sandbox/health", queuePath]) {
      await settled(
        new Promise((resolve) => {
          const socket = new WebSocket(get(base, path).replace(/^http/, "ws"));
          socket.onopen = () => {
            read.push(`WebSocket ${base}${path}`);
            resolve();
          };
          socket.onerror = () => resolve();
        }),
      );
    }
  }
  return read;
}
