import assert from "node:assert/strict";
import { type RunningServer, startServer } from "./server";

const OWNER = { firstName: "Ada", lastName: "Byron", address: "1 Test Row", city: "Testville", telephone: "555 0199" };
const PET = { name: "Pascal", birthDate: "2020-02-29", type: "cat" };
const VISIT = { date: "2022-02-02", description: "Check-up" };
const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

describe("app: form validation", () => {
  let server: RunningServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  const cases: [string, Record<string, string>, string, string | undefined][] = [
    ["/owners/new", { ...OWNER, firstName: " " }, "firstName", "Enter a first name."],
    ["/owners/new", { ...OWNER, lastName: "x".repeat(41) }, "lastName", "This has 41 characters; 40 are allowed."],
    ["/owners/new", { ...OWNER, lastName: "👩".repeat(40) }, "lastName", undefined],
    ["/owners/new", { ...OWNER, city: "a\u0000b" }, "city", "This has characters that cannot be shown. Remove them."],
    ["/owners/new", { ...OWNER, city: "a\nb" }, "city", "This has characters that cannot be shown. Remove them."],
    ["/owners/new", { ...OWNER, city: "a\u202eb" }, "city", "This has characters that cannot be shown. Remove them."],
    ["/owners/new", { ...OWNER, telephone: "" }, "telephone", "Enter a telephone number."],
    ["/owners/new", { ...OWNER, telephone: "call me" }, "telephone", "Enter 5 to 15 digits;"],
    ["/owners/new", { ...OWNER, telephone: "1234" }, "telephone", "Enter 5 to 15 digits;"],
    ["/owners/new", { ...OWNER, telephone: "1".repeat(16) }, "telephone", "Enter 5 to 15 digits;"],
    ["/owners/1/pets/new", { ...PET, birthDate: "" }, "birthDate", "Enter a birth date."],
    ["/owners/1/pets/new", { ...PET, birthDate: "2023-02-29" }, "birthDate", "Enter a day of the calendar"],
    ["/owners/1/pets/new", { ...PET, birthDate: "29.02.2020" }, "birthDate", "Enter a day of the calendar"],
    ["/owners/1/pets/new", { ...PET, birthDate: inDays(3) }, "birthDate", "This is after "],
    ["/owners/1/pets/new", { ...PET, birthDate: "1800-01-01" }, "birthDate", "This is before "],
    ["/owners/1/pets/new", { ...PET, type: "dragon" }, "type", "Choose a type from the list."],
    ["/owners/1/pets/new", { ...PET, name: "biscuit" }, "name", "This owner already has a pet called biscuit."],
    ["/owners/1/pets/1/visits/new", { ...VISIT, date: "2019-04-17" }, "date", "This is before 18 Apr 2019."],
    ["/owners/1/pets/1/visits/new", { ...VISIT, date: inDays(400) }, "date", "This is after "],
    ["/owners/1/pets/1/visits/new", { ...VISIT, date: inDays(300) }, "date", undefined],
    [
      "/owners/1/pets/1/visits/new",
      { ...VISIT, description: "x".repeat(501) },
      "description",
      "This has 501 characters",
    ],
    ["/owners/1/pets/1/visits/new", { ...VISIT, description: "two\r\nlines" }, "description", undefined],
  ];
  for (const [path, fields, name, message] of cases) {
    const value = JSON.stringify((fields[name] ?? "").slice(0, 30)).replaceAll("\u202e", "\\u202e");
    it(`${path}: ${name} = ${value} ${message === undefined ? "is accepted" : `gives "${message}"`}`, async () => {
      const { status, body } = await server.post(path, fields);
      if (message === undefined) {
        assert.equal(status, 303, body);
        return;
      }
      assert.equal(status, 422);
      assert.ok(body.includes(`id="${name}-error">${message}`), body);
      assert.ok(body.includes(`<a href="#${name}">`), "the summary links to the field");
      assert.equal(body.match(/aria-invalid="true"/g)?.length, 1, "only this field is marked");
    });
  }

  it("reports every invalid field at once and keeps what was typed", async () => {
    const { status, body } = await server.post("/owners/new", { ...OWNER, firstName: "", telephone: "none" });
    assert.equal(status, 422);
    assert.equal(body.match(/aria-invalid="true"/g)?.length, 2);
    assert.match(body, /value="1 Test Row"/);
    assert.match(body, /<title>Error: Add an owner/);
  });

  it("saves nothing when a change is rejected", async () => {
    assert.equal((await server.post("/owners/2/edit", { ...OWNER, city: "" })).status, 422);
    assert.match((await server.get("/owners/2")).body, /Min-jun Choi/);
  });

  it("limits the number of pets per owner", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 31; index += 1) {
      statuses.push((await server.post("/owners/7/pets/new", { ...PET, name: `Pet ${index}` })).status);
    }
    assert.deepEqual([statuses.filter((status) => status === 303).length, statuses.at(-1)], [30, 422]);
  });
});
