import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestProject } from "../program/project";

/** A decrypted secret of the state, which `pulumi stack export --show-secrets` writes as a JSON string. */
interface Shown {
  plaintext?: string;
}

/** The secret that the test puts in the config. */
const own = `own-${randomBytes(12).toString("hex")}`;

/** Files that others could read if their folder were not closed: those of Pulumi, Node and BuildKit, and PID locks. */
const madeByOthers = /^(state|pulumi|compile-cache|buildkit\/root)\//;
const lock = /\.lock$/;

describe("secrets of a whole run", function () {
  this.timeout(900_000);
  const dockerConfig = JSON.stringify({ auths: { "registry.example.com": { auth: "bWU6bWU=" } } });
  let project: TestProject;
  /** Everything that a run prints or leaves behind, by place. */
  const places = new Map<string, string>();
  let secrets: string[];

  before(async () => {
    project = new TestProject();
    await project.init();
    fs.mkdirSync(path.join(project.directory, "home/.docker"), { recursive: true });
    project.write("home/.docker/config.json", dockerConfig);
    project.env["HOME"] = path.join(project.directory, "home");
    project.edit(
      "Pulumi.local.yaml",
      "  ecr:images:",
      "  ecr:registries:\n    main:\n      pullThroughCache:\n        - { upstream: docker-hub, credential: { username: pets } }\n  ecr:images:",
    );
    const key = "ecr:registries.main.pullThroughCache[0].credential.accessToken";
    await project.mustPulumi("config", "set", "--secret", "--path", key, own);
    places.set("Pulumi.local.yaml", project.read("Pulumi.local.yaml"));

    const policies = ["--policy-pack", "policies", "--policy-pack-config", "policies/config/local.json"];
    const args = ["up", "--yes", "--diff", ...policies, "--stack", "local"];
    const up = project.start("pulumi", [...args, "--non-interactive"]);
    const watch = setInterval(
      () => places.set("process arguments", (places.get("process arguments") ?? "") + allArguments()),
      50,
    );
    const result = await up.finished.finally(() => clearInterval(watch));
    assert.equal(result.code, 0, result.output);
    places.set("what up printed", result.output);
    // The error message when the Dockerfile is missing.
    fs.renameSync(path.join(project.directory, "app/Dockerfile"), path.join(project.directory, "app/Gone"));
    places.set("what a failure printed", (await project.pulumi("up", "--yes", "--skip-preview")).output);
    places.set("the outputs", (await project.mustPulumi("stack", "output", "--json")).stdout);
    for (const file of filesBelow(path.join(project.directory, "state"))) {
      places.set(file, fs.readFileSync(file, "latin1"));
    }
    const logs = path.join(path.dirname(project.env["PULUMI_HOME"] ?? assert.fail("no PULUMI_HOME")), "logs");
    for (const file of filesBelow(logs)) places.set(file, fs.readFileSync(file, "latin1"));

    const shown = (await project.mustPulumi("stack", "export", "--show-secrets")).stdout;
    secrets = [...new Set(secretsIn(JSON.parse(shown)))];
  });
  after(async () => {
    await project?.pulumi("destroy", "--yes", "--skip-preview");
    project?.remove();
  });

  it("include the config's credential and the registries' tokens", () => {
    assert.ok(secrets.some((secret) => secret.includes(own)));
    assert.ok(secrets.filter((secret) => /^[\w=+/-]{40,}$/.test(secret)).length >= 2, `${secrets.length} secrets`);
  });

  it("never appear in clear text in the state, its history, outputs, logs, errors or process arguments", () => {
    assert.match(places.get("process arguments") ?? "", /pulumi.*up.*--policy-pack/, "arguments were seen");
    assert.ok(places.size > 8, [...places.keys()].join(", "));
    const found = [...places].flatMap(([place, text]) =>
      [own, ...secrets].filter((secret) => text.includes(secret)).map((secret) => `${place}: ${secret.slice(0, 4)}…`),
    );
    assert.deepEqual(found, []);
  });

  it("are in files and folders of the sandbox that only their owner can access", () => {
    const home = process.env["SANDBOX_HOME"] ?? assert.fail("no SANDBOX_HOME");
    const entries = entriesBelow(home).filter(({ type }) => type !== "link");
    for (const part of ["credentials.json", "gateway/data.mdb", "run/gateway-config.json", "distribution/secret"]) {
      assert.ok(
        entries.some(({ name, mode }) => name === part && mode === 0o600),
        part,
      );
    }
    const open = entries.filter(({ name, mode }) => {
      const closedAbove = name.includes("/") && (madeByOthers.test(name) || lock.test(name));
      return (mode & 0o077) !== 0 && !closedAbove;
    });
    const writable = entries.filter(({ name, mode }) => (mode & 0o022) !== 0 && !name.startsWith("buildkit/root/"));
    const show = ({ name, mode }: Entry) => `${mode.toString(8)} ${name}`;
    assert.deepEqual([...open, ...writable].map(show), []);
    assert.equal(fs.statSync(home).mode & 0o777, 0o700);
  });

  it("are never written to the user's own Docker and AWS settings", () => {
    assert.deepEqual(fs.readdirSync(path.join(project.directory, "home")), [".docker"]);
    assert.equal(project.read("home/.docker/config.json"), dockerConfig);
    const login = path.join(project.env["DOCKER_CONFIG"] ?? assert.fail(), "config.json");
    const text = fs.existsSync(login) ? fs.readFileSync(login, "utf8") : "";
    assert.deepEqual(
      secrets.filter((secret) => text.includes(secret)),
      [],
    );
  });
});

interface Entry {
  /** Relative to the folder. */
  name: string;
  type: "file" | "folder" | "link" | "other";
  mode: number;
}

/** Everything below a folder, including sockets and pipes. */
function entriesBelow(folder: string): Entry[] {
  return fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    // Other tests may have removed it meanwhile.
    const stat = fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const type = stat.isFile() ? "file" : stat.isDirectory() ? "folder" : stat.isSymbolicLink() ? "link" : "other";
    return [{ name, type, mode: stat.mode & 0o777 }];
  });
}

/** The passwords in a decrypted state, and values that contain the test's own secret. */
function secretsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return key === "password" || value.includes(own) ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const { plaintext } = value as Shown;
  if (typeof plaintext === "string") return secretsIn(JSON.parse(plaintext), key);
  return Object.entries(value).flatMap(([name, each]) => secretsIn(each, name));
}

/** The arguments of every process of this machine. */
function allArguments(): string {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return `${fs.readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ")}\n`;
      } catch {
        // It has ended.
        return "";
      }
    })
    .join("");
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.join(each.parentPath, each.name));
}
