import * as fs from "node:fs";
import * as path from "node:path";
import { run, runOrThrow } from "../system/commands";
import type { Progress } from "../system/progress";
import { findSystemProgram } from "./install";

/** Packages that Node needs, and those expected in a Debian image: certificates, time zones, /etc/os-release. */
const PACKAGES = ["base-files", "netbase", "tzdata", "ca-certificates", "libc6", "libgcc-s1", "libstdc++6", "zlib1g"];

const UNPACK_TIMEOUT_MS = 60_000;

/** Directories that are links into /usr (https://wiki.debian.org/UsrMerge). */
const MERGED = ["bin", "sbin", "lib", "lib64"];

const PASSWD = `root:x:0:0:root:/root:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
node:x:1000:1000:node:/home/node:/usr/sbin/nologin
`;
const GROUP = `root:x:0:
nogroup:x:65534:
node:x:1000:
`;

/**
 * Unpacks a minimal Debian into an empty directory: a few packages without their scripts, whose work (user database,
 * certificate bundle, name service order) is done here. It has no shell. Needs apt and dpkg, but not root; takes a few
 * seconds, mostly for the download (5 MB).
 */
export async function makeRootFilesystem(root: string, workDirectory: string, progress: Progress): Promise<void> {
  const missing = ["apt-get", "dpkg-deb", "tar"].filter((name) => findSystemProgram(name) === undefined);
  if (missing.length > 0) {
    throw new Error(`${missing.join(" and ")} not found: the base image is made of Debian packages.`);
  }
  const downloads = path.join(workDirectory, "packages");
  fs.mkdirSync(downloads, { recursive: true });
  await download(downloads, workDirectory, progress);

  progress("Unpacking the packages");
  makeDirectories(root);
  const archives = fs.readdirSync(downloads).sort();
  const status: string[] = [];
  for (const name of archives) {
    const archive = path.join(downloads, name);
    await unpack(archive, root);
    status.push(await installedParagraph(archive));
  }
  configure(root);
  // The installed packages in dpkg's own format: scanners and `npm run sbom` read an image's packages from this file.
  write(root, "var/lib/dpkg/status", `${status.join("\n\n")}\n`);
  removeUnused(root);
}

async function download(directory: string, workDirectory: string, progress: Progress): Promise<void> {
  progress(`Downloading ${PACKAGES.length} Debian packages`);
  const options = { cwd: directory, env: { ...process.env, LC_ALL: "C" }, timeoutMs: 300_000 };
  // apt's own unprivileged user cannot write to our directory; signatures are still verified.
  const settings = ["-q", "-o", "APT::Sandbox::User="];
  const first = await run("apt-get", [...settings, "download", ...PACKAGES], options);
  if (first.code === 0) {
    return;
  }
  // The machine's package lists are missing or outdated. Separate lists need no root and change nothing.
  progress("The package lists are out of date: downloading them for this build");
  const state = path.join(workDirectory, "apt");
  for (const name of ["lists/partial", "cache/archives/partial"]) {
    fs.mkdirSync(path.join(state, name), { recursive: true });
  }
  settings.push("-o", `Dir::State::lists=${state}/lists`, "-o", `Dir::Cache=${state}/cache`);
  await runOrThrow("apt-get", [...settings, "update"], options);
  await runOrThrow("apt-get", [...settings, "download", ...PACKAGES], options);
}

function makeDirectories(root: string): void {
  const merged = MERGED.map((name) => `usr/${name}`);
  const others = ["dev", "etc/ssl/certs", "home/node", "proc", "root", "sys", "usr/local/bin", "var/lib/dpkg"];
  for (const name of [...merged, ...others]) {
    fs.mkdirSync(path.join(root, name), { recursive: true });
    // Independent of the user's umask: with 077, only root could read the image's files.
    for (let parent = name; parent !== "."; parent = path.dirname(parent)) {
      fs.chmodSync(path.join(root, parent), 0o755);
    }
  }
  fs.chmodSync(root, 0o755);
  for (const name of MERGED) {
    fs.symlinkSync(`usr/${name}`, path.join(root, name));
  }
}

/** dpkg-deb's own extraction would replace the links into /usr by the directories in the packages. */
async function unpack(file: string, root: string): Promise<void> {
  const archive = `${file}.tar`;
  await runOrThrow("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" > "$2"', "sh", file, archive], {
    timeoutMs: UNPACK_TIMEOUT_MS,
  });
  await runOrThrow("tar", ["-x", "-p", "--keep-directory-symlink", "--no-same-owner", "-f", archive, "-C", root], {
    timeoutMs: UNPACK_TIMEOUT_MS,
  });
  fs.rmSync(archive);
}

/** A package's paragraph in dpkg's status file: the archive's fields and the package's state (dpkg-query(1)). */
async function installedParagraph(archive: string): Promise<string> {
  const fields = await runOrThrow("dpkg-deb", ["--field", archive], { timeoutMs: UNPACK_TIMEOUT_MS });
  return fields.trim().replace(/^Package: .*$/m, "$&\nStatus: install ok installed");
}

function write(root: string, name: string, content: string): void {
  fs.writeFileSync(path.join(root, name), content);
  fs.chmodSync(path.join(root, name), 0o644);
}

function configure(root: string): void {
  write(root, "etc/passwd", PASSWD);
  write(root, "etc/group", GROUP);
  write(root, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  write(root, "etc/ssl/certs/ca-certificates.crt", certificateBundle(root));
  fs.mkdirSync(path.join(root, "tmp"), { recursive: true });
  fs.chmodSync(path.join(root, "tmp"), 0o1777);
  fs.chmodSync(path.join(root, "root"), 0o700);
}

/** Like update-ca-certificates: all of Mozilla's certificates in one file. */
function certificateBundle(root: string): string {
  const directory = path.join(root, "usr/share/ca-certificates/mozilla");
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".crt"))
    .sort()
    .map((name) => fs.readFileSync(path.join(directory, name), "utf8").trim())
    .join("\n")
    .concat("\n");
}

/** Files that no Node program reads. Licenses (usr/share/doc/<package>/copyright) are kept. */
const UNUSED = [
  ...["usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug", "var/cache"],
  ...["usr/share/zoneinfo/posix", "usr/share/zoneinfo/right"],
];

function removeUnused(root: string): void {
  for (const name of UNUSED) {
    fs.rmSync(path.join(root, name), { recursive: true, force: true });
  }
  const libraries = path.join(root, "usr/lib");
  for (const { name } of fs.readdirSync(libraries, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    // glibc's character set tables: Node has its own.
    fs.rmSync(path.join(libraries, name, "gconv"), { recursive: true, force: true });
  }
  const documents = path.join(root, "usr/share/doc");
  for (const name of fs.readdirSync(documents)) {
    const directory = path.join(documents, name);
    for (const file of fs.lstatSync(directory).isDirectory() ? fs.readdirSync(directory) : []) {
      if (file !== "copyright") {
        fs.rmSync(path.join(directory, file), { recursive: true });
      }
    }
  }
}
