import assert from "node:assert/strict";
import { publicCatalogData, publicNames } from "../../../policies/operations/publicRepositories";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

const { publicRepository: type } = resourceTypes;

describe("policies: ecr-public-names", () => {
  const judge = (props: Props, allowed?: string[]) =>
    judgeResource(
      publicNames,
      { type, props: { repositoryName: "petclinic", ...props } },
      { ...(allowed && { allowed }) },
    );

  it("passes names on the list", async () => {
    assertPasses(await judge({}, ["petclinic"]));
    assertPasses(await judge({}, ["other", "pet*"]));
    assertPasses(await judgeResource(publicNames, { type: resourceTypes.repository, props: { name: "x" } }));
  });

  it("fails all others, every one by default", async () => {
    assertFails(
      await judge({}),
      /^repositoryName: public repository "petclinic" allows anyone to pull\. Allowed public repositories: none\. Add its name/,
    );
    assertFails(await judge({}, ["pet"]), /Allowed public repositories: "pet"\./);
    assertFails(await judge({ repositoryName: undefined }, ["other"]), /public repository "petclinic"/);
  });

  it("cannot decide about an unknown name, except with lists that match every name or none", async () => {
    assertUnjudged(
      await judge({ repositoryName: unknownText }, ["a"]),
      /^repositoryName of public repository "petclinic" is not known yet\. Allowed: "a"/,
    );
    assertPasses(await judge({ repositoryName: unknownText }, ["*"]));
    assertUnjudged(await judge({ repositoryName: unknownText }, ["*a", "*e*"]), /^repositoryName of .* Allowed: "\*a"/);
    assertPasses(await judge({ repositoryName: unknownText }, ["**"]));
    assertFails(await judge({ repositoryName: unknownText }), /Allowed public repositories: none/);
  });
});

describe("policies: ecr-public-catalog-data", () => {
  const complete = { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] };
  const judge = (catalogData: unknown, config: object = {}) =>
    judgeResource(publicCatalogData, { type, props: { repositoryName: "petclinic", catalogData } }, config);

  it("passes complete catalog data", async () => {
    assertPasses(await judge(complete));
    assertPasses(await judge(undefined, { required: [] }));
    assertPasses(await judge({ aboutText: "# About" }, { required: ["aboutText"] }));
  });

  it("fails each part that is missing", async () => {
    assertFails(
      await judge(undefined),
      /^catalogData\.description: not set in public repository "petclinic"\. Must have description, architectures, operatingSystems\. Write catalogData: \{ description: … \}\.$/,
      /architectures/,
      /operatingSystems/,
    );
    for (const empty of ["", null, undefined, []]) {
      assertFails(await judge({ ...complete, architectures: empty }), /^catalogData\.architectures: not set/);
    }
    assertFails(await judge(complete, { required: ["usageText"] }), /^catalogData\.usageText: not set/);
  });

  it("passes an architecture without a badge: ECR Public accepts it", async () => {
    assertPasses(await judge({ ...complete, architectures: ["amd64"] }));
  });

  it("fails what ECR Public refuses", async () => {
    assertFails(
      await judge({ ...complete, architectures: [""] }),
      /^catalogData\.architectures\[0\]: found ""\. .* Found in public repository "petclinic"\.$/,
    );
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(await judge(unknownText), /^catalogData of public repository "petclinic" is not known yet/);
    assertUnjudged(await judge({ ...complete, description: unknownText }), /^catalogData\.description of/);
    // The known entries of a partly unknown list are not judged on their own.
    assertUnjudged(
      await judge({ ...complete, architectures: ["amd64", unknownText] }),
      /^catalogData\.architectures\[1\] of/,
    );
    const beside = await judge({ ...complete, description: unknownText, architectures: [""] });
    assert.match(beside.violations.join(), /^catalogData\.architectures\[0\]: found ""/);
    assert.match(beside.unjudged.join(), /^catalogData\.description of/);
    const mixed = await judge({ description: unknownText, architectures: ["amd64", unknownText] });
    assert.match(mixed.violations.join("\n"), /^catalogData\.operatingSystems: not set/);
    assert.match(mixed.unjudged.join(), /catalogData\.description of .*catalogData\.architectures\[1\] of/);
  });
});
