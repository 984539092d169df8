import assert from "node:assert/strict";
import { type RunningServer, startServer } from "./server";

const OWNER = {
  firstName: "Ada",
  lastName: "Byron",
  address: "1 Test Row",
  city: "Testville",
  telephone: "+44 20 7946 0000",
};
const today = new Date().toISOString().slice(0, 10);

describe("app: pages", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  /** Adds an owner and returns its path. */
  async function addOwner(fields: Partial<typeof OWNER> = {}): Promise<string> {
    const answer = await server.post("/owners/new", { ...OWNER, ...fields });
    assert.equal(answer.status, 303, answer.body);
    return String(answer.headers.location).replace(/\?.*/, "");
  }

  for (const [path, title] of [
    ["/", "Pet Clinic"],
    ["/owners", "Owners · Pet Clinic"],
    ["/owners/new", "Add an owner · Pet Clinic"],
    ["/owners/1", "Grace Adeyemi · Pet Clinic"],
    ["/owners/1/edit", "Edit owner · Pet Clinic"],
    ["/owners/1/pets/new", "Add a pet · Pet Clinic"],
    ["/owners/1/pets/1/visits/new", "Add a visit · Pet Clinic"],
    ["/vets", "Vets · Pet Clinic"],
  ] as const) {
    it(`GET ${path} shows "${title}"`, async () => {
      const { status, headers, body } = await server.get(path);
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "text/html; charset=utf-8");
      assert.ok(body.includes(`<title>${title}</title>`), body.slice(0, 600));
      assert.equal(body.match(/<h1[ >]/g)?.length, 1, "one main heading");
    });
  }

  it("serves every style sheet and icon that the home page links to", async () => {
    const { body } = await server.get("/");
    const named = [...body.matchAll(/(?:href|src)="(\/[\w-]+\.\w+)"/g)].map((match) => String(match[1]));
    assert.deepEqual([...new Set(named)].sort(), ["/components.css", "/favicon.svg", "/styles.css"]);
    for (const path of named) {
      assert.equal((await server.get(path)).status, 200, path);
    }
    assert.equal((await server.get("/styles.css")).headers["content-type"], "text/css; charset=utf-8");
  });

  it("finds owners by name, city or pet, ignoring case", async () => {
    for (const search of ["ADEYEMI", "grace millbrook", "biscuit"]) {
      const { body } = await server.get(`/owners?q=${encodeURIComponent(search)}`);
      assert.match(body, /Grace Adeyemi/, search);
      assert.doesNotMatch(body, /Samuel Brandt/, search);
    }
    assert.match((await server.get("/owners?q=nobody-like-this")).body, /Nobody found/);
  });

  it("shows ten owners per page and tolerates odd page numbers", async () => {
    const count = (body: string) => body.match(/<th scope="row">/g)?.length;
    assert.equal(count((await server.get("/owners")).body), 10);
    const second = await server.get("/owners?page=2");
    assert.match(second.body, /Page 2 of 2/);
    assert.match((await server.get("/owners?page=999")).body, /Page 2 of 2/);
    assert.match((await server.get("/owners?page=-1")).body, /Page 1 of 2/);
    assert.match((await server.get("/owners?page=x")).body, /Page 1 of 2/);
  });

  it("adds an owner, changes it, adds a pet and a visit, and shows them all", async () => {
    const path = await addOwner();
    assert.match((await server.get(`${path}?done=owner-added`)).body, /The owner was added\./);
    const changed = await server.post(`${path}/edit`, { ...OWNER, city: "New Testville" });
    assert.equal(changed.headers.location, `${path}?done=owner-changed`);
    const pet = await server.post(`${path}/pets/new`, { name: "Pascal", birthDate: "2020-02-29", type: "cat" });
    assert.equal(pet.headers.location, `${path}?done=pet-added`);
    const withPet = (await server.get(path)).body;
    const visits = /href="([^"]+\/visits\/new)"/.exec(withPet)?.[1] ?? "";
    for (const [date, description] of [
      ["2023-01-02", "First visit"],
      ["2024-05-06", "Second visit"],
    ] as const) {
      assert.equal((await server.post(visits, { date, description })).status, 303);
    }
    const { body } = await server.get(path);
    for (const text of ["New Testville", "Pascal", "Born 29 Feb 2020", "2 Jan 2023", "First visit"]) {
      assert.ok(body.includes(text), text);
    }
    assert.ok(body.indexOf("Second visit") < body.indexOf("First visit"), "the latest visit comes first");
  });

  it("shows visitors' input as text, never as HTML", async () => {
    const attack = `<script>alert(1)</script>"><img src=x onerror='x'>&amp;`;
    const escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=&#39;x&#39;&gt;&amp;amp;";
    const path = await addOwner({ address: attack, city: attack });
    await server.post(`${path}/pets/new`, { name: "<b>Bobby</b>", birthDate: "2020-01-01", type: "dog" });
    const visits = /href="([^"]+\/visits\/new)"/.exec((await server.get(path)).body)?.[1] ?? "";
    await server.post(visits, { date: today, description: attack });
    const search = `/owners?q=${encodeURIComponent(attack)}`;
    for (const page of [path, `${path}/edit`, visits, search, "/owners?page=2"]) {
      const { status, body } = await server.get(page);
      assert.equal(status, 200, page);
      assert.doesNotMatch(body, /<script|<img src=x|<b>Bobby/, page);
    }
    const owner = (await server.get(path)).body;
    assert.equal(owner.split(escaped).length - 1, 3, "address, city and visit are there, escaped");
    assert.ok((await server.get(search)).body.includes(`value="${escaped}"`));
  });

  it("ignores an unknown message name in the URL", async () => {
    for (const done of ["<script>", "constructor", "__proto__"]) {
      const { body } = await server.get(`/owners/1?done=${encodeURIComponent(done)}`);
      assert.doesNotMatch(body, /role="status"/, done);
    }
  });
});
