import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { CatalogDataArgs } from "../../components";
import { InputChecks } from "../../components/inputChecks";
import { readCatalogData } from "../../components/repositories/catalogData";
import { publicRepositoryFaults } from "../../components/repositories/publicRepository";

const pngSignature = Buffer.from("89504e470d0a1a0a", "hex");

describe("catalog data from files", () => {
  let folder: string;
  let outside: string;
  const own = process.cwd();
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "catalog-"));
    outside = fs.mkdtempSync(path.join(os.tmpdir(), "outside-"));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(own);
    fs.rmSync(folder, { recursive: true });
    fs.rmSync(outside, { recursive: true });
  });

  const file = (name: string, content: string | Buffer) => {
    const place = path.join(folder, name);
    fs.writeFileSync(place, content);
    return place;
  };
  const faultsOf = (catalogData: CatalogDataArgs) => publicRepositoryFaults("petclinic", { catalogData });
  const pathsOf = (catalogData: CatalogDataArgs) => faultsOf(catalogData).map((fault) => fault.path);

  it("contains the files' text and bytes instead of their names", () => {
    const checks = new InputChecks("subject");
    const logo = Buffer.concat([pngSignature, Buffer.from([0, 255, 7])]);
    const data = readCatalogData(
      {
        description: "Spring PetClinic Demo",
        aboutFile: file("about.md", "# Über\n"),
        usageFile: file("usage.md", "docker run …\n"),
        logoFile: file("logo.png", logo),
        architectures: ["ARM 64"],
      },
      checks,
    );
    assert.deepEqual(checks.faults, []);
    assert.deepEqual(data, {
      description: "Spring PetClinic Demo",
      aboutText: "# Über\n",
      usageText: "docker run …\n",
      logoImageBlob: logo.toString("base64"),
      architectures: ["ARM 64"],
    });
  });

  it("is unchanged without files, and absent if not given", () => {
    const checks = new InputChecks("subject");
    assert.deepEqual(readCatalogData({ aboutText: "about" }, checks), { aboutText: "about" });
    assert.equal(readCatalogData(undefined, checks), undefined);
    assert.deepEqual(checks.faults, []);
  });

  it("accepts the longest texts and the largest logo, and not one byte more", () => {
    const logo = (bytes: number) =>
      file("logo.png", Buffer.concat([pngSignature, Buffer.alloc(bytes - pngSignature.length)]));
    const longest = "ü".repeat(5_120);
    assert.deepEqual(pathsOf({ aboutText: longest, usageFile: file("a.md", longest), logoFile: logo(512_000) }), []);
    const longer = `${longest}x`;
    assert.deepEqual(pathsOf({ aboutText: longer, usageFile: file("b.md", longer), logoFile: logo(512_001) }).sort(), [
      "catalogData.aboutText",
      "catalogData.logoFile",
      "catalogData.usageFile",
    ]);
    assert.match(
      faultsOf({ aboutText: longer })[0]?.rule ?? "",
      /provider accepts at most 10,240 bytes here; this is 10,241 in UTF-8/,
    );
  });

  it("is refused if a text is given both inline and as a file", () => {
    const about = file("about.md", "about");
    assert.deepEqual(pathsOf({ aboutText: "a", aboutFile: about, usageText: "u", usageFile: about }), [
      "catalogData.aboutFile",
      "catalogData.usageFile",
    ]);
  });

  it("is refused if a file cannot be read, or the logo is not a PNG", () => {
    const absent = path.join(folder, "absent");
    assert.deepEqual(pathsOf({ aboutFile: absent, usageFile: folder, logoFile: absent }), [
      "catalogData.aboutFile",
      "catalogData.usageFile",
      "catalogData.logoFile",
    ]);
    assert.match(faultsOf({ usageFile: absent })[0]?.rule ?? "", /ENOENT/);
    assert.match(faultsOf({ logoFile: file("logo.jpg", "\xff\xd8 no PNG") })[0]?.rule ?? "", /PNG/);
    assert.deepEqual(pathsOf({ logoFile: file("cut.png", pngSignature.subarray(0, 7)) }), ["catalogData.logoFile"]);
  });

  describe("comes from the project's own files only", () => {
    const secret = () => {
      const place = path.join(outside, "secret.md");
      fs.writeFileSync(place, "top-secret");
      return place;
    };
    const properties = ["aboutFile", "usageFile", "logoFile"] as const;
    const refusals = (place: string) =>
      properties.map((property) => {
        const checks = new InputChecks("subject");
        const data = readCatalogData({ [property]: place }, checks);
        assert.deepEqual(data, {}, place);
        const [fault, ...more] = checks.faults;
        assert.deepEqual([fault?.path, more], [`catalogData.${property}`, []], place);
        return `${fault?.rule} ${fault?.fix}`;
      });

    it("not from anywhere else on the machine, by a path or through a link", () => {
      fs.symlinkSync(secret(), "link.md");
      fs.symlinkSync("link.md", "second.md");
      fs.symlinkSync(outside, "folder");
      const relative = path.relative(folder, secret());
      for (const place of [
        secret(),
        relative,
        "link.md",
        "second.md",
        "folder/secret.md",
        `./link.md`,
        "/proc/self/environ",
        "/proc/self/root/proc/self/environ",
        "/dev/zero",
        "..",
        `../${path.basename(folder)}/../${path.basename(outside)}/secret.md`,
      ].filter((each) => fs.existsSync(each))) {
        for (const said of refusals(place)) {
          assert.match(said, /it must be in the project's folder\. copy it into the project\.$/, place);
          assert.doesNotMatch(said, /top-secret/);
        }
      }
    });

    it("also through a link that stays inside it, or by an absolute path", () => {
      file("about.md", "about");
      fs.symlinkSync("about.md", "link.md");
      for (const aboutFile of ["link.md", path.join(folder, "about.md"), "./about.md"]) {
        assert.deepEqual(pathsOf({ aboutFile }), [], aboutFile);
      }
    });

    it("not from hidden ones", () => {
      fs.mkdirSync(".git");
      fs.writeFileSync(".git/config", "extraheader = top-secret");
      fs.writeFileSync(".env", "top-secret");
      fs.symlinkSync(".env", "about.md");
      for (const place of [".git/config", ".env", "about.md"]) {
        for (const said of refusals(place)) {
          assert.match(said, /must not be a hidden file\. copy it to a name without a leading dot/, place);
        }
      }
    });

    it("never from a pipe, a folder or a file that is too long: none is waited for or read in full", () => {
      execFileSync("mkfifo", ["pipe"]);
      fs.mkdirSync("folder");
      fs.writeFileSync("long", "");
      fs.truncateSync("long", 2 ** 40);
      for (const place of ["pipe", "folder", "long"]) {
        for (const said of refusals(place)) {
          assert.match(said, /must be a file of at most (10,240|512,000) bytes\./, place);
        }
      }
    });
  });
});
