import { fitsAny } from "./access";
import { nist } from "./frameworks";
import { buildTypes, imageBuild, pushedNames, readReference } from "./imageResources";
import { texts } from "./parameters";
import { resourceRule } from "./rule";
import { Unknown } from "./unknowns";

interface Config {
  images: "public" | "all";
  allowedArguments: string[];
}

/** Names that people give to secrets. */
const secretName =
  /passw(or)?d|passphrase|(?<!by|com|tres|sur)pass($|[_-])|secret|token(?!i)|credential|(^|[_-])(pat|pwd|auth)($|[_-])|(api|access|private|ssh|signing|encryption|deploy|account|license)[_-]?key/i;

/** How names end that say where something is or what it is like, not the secret itself: AUTH_URL, FIREBASE_AUTH_DOMAIN, SECRET_NAME. */
const aboutSecret =
  /(?:[_-](?:ur[il]|domain|host(?:name)?|port|issuer|endpoint|provider|enabled|arn|path|file|dir|name|header|ttl|expiry|length|algorithm|type))$/i;

/** Texts that are secrets by their form: keys of AWS, tokens of GitHub, GitLab, npm, Slack and Docker, private keys, JWTs. */
const secretForms =
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_|\bglpat-|\bnpm_[A-Za-z0-9]{30,}|\bxox[abprs]-|\bdckr_pat_|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.eyJ|:\/\/[^/\s:@]+:[^/\s:@]+@/;

export const buildArguments = resourceRule<Config>({
  name: "ecr-build-arguments",
  displayName: "No secrets in the build arguments of public images",
  description:
    "An image that goes to ECR Public is built without arguments that look like secrets: its history shows them.",
  severity: "critical",
  framework: nist(["IA-5(7)", "SC-28", "AC-22"], "No embedded unencrypted static authenticators"),
  tags: ["publishing", "secrets"],
  remediationSteps:
    "Take the value back where it comes from and make a new one: who has the image has it. Give it to the build as a secret " +
    "mount (RUN --mount=type=secret), which leaves no trace.",
  url: "https://docs.docker.com/build/building/secrets/",
  parameters: {
    images: {
      type: "string",
      enum: ["public", "all"],
      default: "public",
      description: "Which images are looked at: those that go to ECR Public, or all.",
    },
    allowedArguments: texts("Names of build arguments that are no secrets; `*` stands for any characters.", [], {
      pattern: "^[A-Za-z0-9_*-]+$",
    }),
  },
  types: buildTypes,
  judge: (resource, config, findings) => {
    const build = imageBuild(resource);
    if (build === undefined) {
      return;
    }
    const names = pushedNames(resource).map(({ name }) => name);
    const isPublic = names.some((name) => readReference(name)?.registry.kind === "ecrPublic");
    const unknownName = names.find((name) => name instanceof Unknown);
    if (config.images === "public" && !isPublic && unknownName === undefined) {
      return;
    }
    const where = config.images === "public" ? "an image that goes to ECR Public" : "an image";
    const args = build instanceof Unknown ? build : build.args;
    if (args instanceof Unknown) {
      findings.unjudged(`The build arguments of image "${resource.name}" are not known yet.`, args);
      return;
    }
    for (const [name, value] of Object.entries(args)) {
      if (fitsAny(name, config.allowedArguments)) {
        continue;
      }
      // The value itself never gets into a message.
      const looks =
        secretName.test(name) && !aboutSecret.test(name)
          ? "its name"
          : typeof value === "string" && secretForms.test(value)
            ? "its value"
            : undefined;
      if (looks !== undefined) {
        findings.violationUnless(
          config.images === "all" || isPublic ? undefined : (unknownName as Unknown),
          `${(build as Exclude<typeof build, Unknown>).argsPath}.${name}: ${looks} looks like a secret, and whoever has image ` +
            `"${resource.name}" reads it; allowed are arguments of ${where} that everybody may know. Write a secret mount in ` +
            "the Dockerfile instead, or the argument's name into `allowedArguments`.",
          "Whether the image goes to ECR Public is not known yet.",
        );
      }
    }
  },
});
