import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../../../ecr/faults";
import {
  canonicalReference,
  type ImageReference,
  imageReferenceFaults,
  parseEcrHost,
  parseImageReference,
  printImageReference,
  type Registry,
  registryHost,
} from "../../../ecr/names/imageReference";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const seoul = {
  kind: "ecr",
  account: "123456789012",
  region: "ap-northeast-2",
  fips: false,
  dualStack: false,
  domain: "amazonaws.com",
} as const;

describe("ecr/names/imageReference", () => {
  const examples: [text: string, reference: ImageReference][] = [
    ["petclinic", { registry: { kind: "other" }, repository: "petclinic" }],
    ["smlinux/petclinic:latest", { registry: { kind: "other" }, repository: "smlinux/petclinic", tag: "latest" }],
    ["localhost/petclinic", { registry: { kind: "other", host: "localhost" }, repository: "petclinic" }],
    [
      "localhost:5000/petclinic:1",
      { registry: { kind: "other", host: "localhost:5000" }, repository: "petclinic", tag: "1" },
    ],
    ["[::1]:5000/petclinic", { registry: { kind: "other", host: "[::1]:5000" }, repository: "petclinic" }],
    [`ghcr.io/a/b/c@${digest}`, { registry: { kind: "other", host: "ghcr.io" }, repository: "a/b/c", digest }],
    [
      `123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/team/petclinic:1.4@${digest}`,
      { registry: seoul, repository: "team/petclinic", tag: "1.4", digest },
    ],
    [
      "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a",
      { registry: { ...seoul, region: "us-gov-west-1", fips: true }, repository: "a" },
    ],
    [
      "123456789012.dkr-ecr.eu-west-1.on.aws/a",
      { registry: { ...seoul, region: "eu-west-1", dualStack: true, domain: "on.aws" }, repository: "a" },
    ],
    [
      "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a",
      { registry: { ...seoul, region: "cn-north-1", domain: "amazonaws.com.cn" }, repository: "a" },
    ],
    [
      "public.ecr.aws/docker/library/node:22",
      {
        registry: { kind: "ecrPublic", host: "public.ecr.aws", alias: "docker" },
        repository: "library/node",
        tag: "22",
      },
    ],
    [
      "ecr-public.aws.com/a1b2/petclinic",
      { registry: { kind: "ecrPublic", host: "ecr-public.aws.com", alias: "a1b2" }, repository: "petclinic" },
    ],
  ];
  for (const [text, reference] of examples) {
    it(`reads and prints ${text.slice(0, 60)}`, () => {
      assert.deepEqual(parseImageReference(text), reference);
      assert.equal(printImageReference(reference), text);
    });
  }

  it("recognizes the ECR hosts of every partition, and no others", () => {
    for (const domain of [
      "amazonaws.com",
      "amazonaws.com.cn",
      "amazonaws.eu",
      "c2s.ic.gov",
      "sc2s.sgov.gov",
      "cloud.adc-e.uk",
      "csp.hci.ic.gov",
    ]) {
      assert.equal(parseEcrHost(`123456789012.dkr.ecr.x-y-1.${domain}`)?.domain, domain);
      assert.equal(parseEcrHost(`123456789012.dkr-ecr.x-y-1.${domain}`), undefined);
    }
    for (const domain of ["on.aws", "on.amazonwebservices.com.cn"]) {
      assert.equal(parseEcrHost(`123456789012.dkr-ecr-fips.x-y-1.${domain}`)?.fips, true);
      assert.equal(parseEcrHost(`123456789012.dkr.ecr.x-y-1.${domain}`), undefined);
    }
    assert.equal(parseEcrHost("12345678901.dkr.ecr.us-east-1.amazonaws.com"), undefined);
    assert.equal(parseEcrHost("123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example"), undefined);
  });

  const part = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_|__|-{1,2})[a-z0-9]{1,4}){0,2}$/);
  const registry: fc.Arbitrary<Registry> = fc.oneof(
    fc
      .record({
        kind: fc.constant("ecr" as const),
        account: fc.stringMatching(/^[0-9]{12}$/),
        region: fc.constantFrom("us-east-1", "ap-northeast-2", "us-gov-west-1"),
        fips: fc.boolean(),
        dualStack: fc.boolean(),
      })
      .map((each) => ({ ...each, domain: each.dualStack ? "on.aws" : "amazonaws.com" })),
    fc.record({
      kind: fc.constant("ecrPublic" as const),
      host: fc.constantFrom("public.ecr.aws" as const, "ecr-public.aws.com" as const),
      alias: part,
    }),
    fc.record({
      kind: fc.constant("other" as const),
      host: fc.constantFrom("localhost", "localhost:5000", "quay.io", "Registry:8443", "127.0.0.1:80"),
    }),
    // Docker's short form: the first part must not look like a host, as one with a dot before a slash does (see below).
    fc.constant({ kind: "other" as const }),
  );
  const reference: fc.Arbitrary<ImageReference> = fc
    .record(
      {
        registry,
        repository: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
        digest: fc.constantFrom(digest, `sha512:${"ab".repeat(64)}`),
      },
      { requiredKeys: ["registry", "repository"], noNullPrototype: true },
    )
    .filter(({ registry: each, repository }) => {
      const first = repository.split("/")[0] ?? "";
      return (
        each.kind !== "other" ||
        each.host !== undefined ||
        !repository.includes("/") ||
        !(first.includes(".") || first === "localhost")
      );
    });

  it("reads back every reference that it prints", () => {
    fc.assert(
      fc.property(reference, (each) => {
        assert.deepEqual(parseImageReference(printImageReference(each)), structuredClone(each));
      }),
      { numRuns: 1000 },
    );
  });

  it("prints every string that it reads unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab1./:@-_A", "sha256:"), maxLength: 12 }), (text) => {
        if (imageReferenceFaults(text, "image").length === 0) {
          assert.equal(printImageReference(parseImageReference(text)), text);
        }
      }),
      { numRuns: 3000 },
    );
  });

  for (const [text, canonical] of [
    ["node", "docker.io/library/node:latest"],
    ["node:22", "docker.io/library/node:22"],
    ["smlinux/petclinic", "docker.io/smlinux/petclinic:latest"],
    ["docker.io/node", "docker.io/library/node:latest"],
    ["index.docker.io/library/node", "docker.io/library/node:latest"],
    ["registry-1.docker.io/a/b:1", "docker.io/a/b:1"],
    [`node@${digest}`, `docker.io/library/node@${digest}`],
    [`node:22@${digest}`, `docker.io/library/node:22@${digest}`],
    ["localhost:5000/node", "localhost:5000/node:latest"],
    ["quay.io/node:1", "quay.io/node:1"],
    ["public.ecr.aws/docker/library/node", "public.ecr.aws/docker/library/node:latest"],
    [
      "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/a",
      "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/a:latest",
    ],
  ] as const) {
    it(`resolves ${text.slice(0, 50)} to ${canonical.slice(0, 60)}`, () => {
      assert.equal(printImageReference(canonicalReference(parseImageReference(text))), canonical);
    });
  }

  it("has one canonical form of each reference, which is canonical itself", () => {
    fc.assert(
      fc.property(reference, (each) => {
        const canonical = canonicalReference(each);
        assert.deepEqual(canonicalReference(canonical), canonical);
        assert.deepEqual(parseImageReference(printImageReference(canonical)), structuredClone(canonical));
        assert.ok(canonical.tag !== undefined || canonical.digest !== undefined);
        assert.notEqual(registryHost(canonical.registry), undefined);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  const example = /^write one such as "public\.ecr\.aws\/docker\/library\/node:22"\.$/;
  const wholeDigest = /^copy the whole digest, in lower case\.$/;
  const asShown = /^write the repository's name as its registry shows it\.$/;
  const asHost = /^write it as "host" or "host:5000", without a scheme; an IPv4 address as "127\.0\.0\.1"\.$/;
  const hostRefusal = (host: string): [string, RegExp, RegExp] => [`${host}/a`, /a registry's host/, asHost];
  const refusals: [text: unknown, rule: RegExp, fix: RegExp][] = [
    ["", /must be a string/, example],
    [undefined, /must be a string/, example],
    ["petclinic:", /1 to 128 characters/, /./],
    [":", /1 to 128 characters/, /./],
    ["petclinic:v 1", /only letters/, /./],
    ["petclinic@sha256:abc", /must be a digest/, wholeDigest],
    ["petclinic@", /must be a digest/, wholeDigest],
    ["@x", /must be a digest/, wholeDigest],
    ["petclinic/", /"" is not/, asShown],
    ["team/PetClinic", /"PetClinic" is not/, asShown],
    ["-host.example/a", /a registry's host/, asHost],
    // Invalid addresses, and other ways to write a valid one.
    ...["localhost:99999", "127.0.0.999", "1.2.3.4.5", "[:::]", "xn--a.example"].map(hostRefusal),
    ...["2130706433:80", "0x7f.0.0.1", "127.1:5000", "0177.0.0.1", "127.0.0.01"].map(hostRefusal),
    ...["me:secret", "host.", "host..example", "e\u0301.example", "\uff41.example", "a b.c", "host\\.c"].map(
      hostRefusal,
    ),
    ["http://host/a", /a registry's host/, asHost],
    ["host:/a", /a registry's host/, asHost],
    ["public.ecr.aws/petclinic", /the registry's alias/, /^write "public\.ecr\.aws\/<alias>\/<repository>"\.$/],
  ];
  for (const [text, rule, fix] of refusals) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const faults = imageReferenceFaults(text, "image.source");
      assert.ok(
        faults.some(
          (fault) =>
            rule.test(fault.rule) && fix.test(fault.fix) && fault.path === "image.source" && fault.value === text,
        ),
        JSON.stringify(faults),
      );
    });
  }

  it("reports once that a reference is too long, however much of it is wrong", () => {
    const parts = Array.from({ length: 100_000 }, (_, index) => `A${index}`);
    assert.deepEqual(
      imageReferenceFaults(`host.example/${parts.join("/")}`, "image").map(({ rule }) => rule),
      ["an image reference can have at most 800 characters."],
    );
  });

  it("reports only the missing repository for a tag or digest without one", () => {
    for (const text of [":1", `@${digest}`]) {
      assert.deepEqual(
        imageReferenceFaults(text, "image").map((fault) => /"" is not/.test(fault.rule)),
        [true],
        text,
      );
    }
  });

  it("throws one error with all faults", () => {
    assert.throws(
      () => parseImageReference("Host/A:@x", "image.source"),
      (error) => error instanceof InvalidInputError && error.faults.length === 3,
    );
  });

  it("names an image reference in the error when no path is given", () => {
    assert.throws(
      () => parseImageReference("A"),
      /^InvalidInputError: image reference: 1 fault\n {2}- image: found "A"/,
    );
  });

  it("never throws when listing faults", () => {
    fc.assert(fc.property(fc.anything(), (text) => imageReferenceFaults(text, "image").length >= 0));
  });
});
