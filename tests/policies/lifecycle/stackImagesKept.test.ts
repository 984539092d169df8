import { stackImagesKept } from "../../../policies/lifecycle/stackImagesKept";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { repository, url } from "../caseResources";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeStack,
  type Props,
  type StackResource,
  unknownText,
} from "../harness";
import { anyCount, anyDays, archive, prefixCount, rule, rules, untaggedDays } from "./lifecycleRules";

const otherUrl = url.replace(/petclinic$/, "other");
const image = (name: string, tag: string, more: Partial<StackResource> = {}): StackResource => ({
  type: resourceTypes.image,
  name,
  props: { imageName: `${url}:${tag}`, build: { context: name } },
  ...more,
});
/** What one ContainerImage pushes: a build, and a copy and tags of it. */
const component = (name: string, tag: string, tags: string[] = []): StackResource[] => {
  const child = (type: string, suffix: string, props: Props): StackResource => ({
    type,
    name: `${name}-${suffix}`,
    props,
    parent: name,
    parentType: "ecr:index:ContainerImage",
  });
  return [
    child(resourceTypes.image, "build", { imageName: `${url}:${tag}`, build: { context: "app" } }),
    child(resourceTypes.imageCopy, "copy", { repository: otherUrl, tag }),
    child(resourceTypes.imageTags, "tags", {
      image: `${url}:${tag}`,
      repositories: [{ url }, { url: otherUrl }],
      tags,
    }),
  ];
};
const other = { ...repository({ name: "other", repositoryUrl: otherUrl }), name: "other" };
const policy = (document: unknown, name = "petclinic"): StackResource => ({
  type: resourceTypes.lifecyclePolicy,
  name,
  props: { repository: name, policy: document },
});

describe("policies: ecr-stack-images-kept", () => {
  const judge = (resources: StackResource[], config: object = {}) => judgeStack(stackImagesKept, resources, config);

  it("fails a rule that counts two images of the stack together, in each repository that has both", async () => {
    const images = [...component("web", "src-1", ["latest"]), ...component("job", "src-2")];
    const shared = rules(untaggedDays(7), prefixCount(2, "src-", 50));
    const says = (name: string) =>
      new RegExp(
        `^policy\\.rules\\[1\\]: this rule counts "web" \\(latest, src-1\\), "job" \\(src-2\\) of repository "${name}" together, so that ` +
          "50 newer builds of one delete the others",
      );
    const verdict = await judge([repository(), other, ...images, policy(shared), policy(shared, "other")]);
    assertFails(verdict, says("petclinic"), says("other"));
    assertPasses(await judge([repository(), other, ...component("web", "src-1", ["latest"]), policy(shared)]));
  });

  it("says that images go at once when the rule keeps fewer than the stack declares", async () => {
    const images = ["a", "b", "c", "d"].map((name, index) => image(name, `src-${index}`));
    assertFails(
      await judge([repository(), ...images, policy(rules(prefixCount(1, "src-", 3)))]),
      /^policy\.rules\[0\]: this rule keeps 3 of 4 images that the stack declares in repository "petclinic": "a" \(src-0\), "b" \(src-1\), "c" \(src-2\) and 1 more\./,
    );
  });

  it("fails a rule that deletes an image of the stack by its age, even a single one", async () => {
    assertFails(
      await judge([repository(), image("web", "1.0.0"), policy(rules(untaggedDays(1), anyDays(2, 14)))]),
      /^policy\.rules\[1\]: this rule deletes images of repository "petclinic" 14 days after their push, and the stack declares "web" \(1\.0\.0\)/,
    );
  });

  it("passes images that no rule owns, that each rule owns alone, or that a rule archives or an earlier one owns", async () => {
    const two = [image("web", "web-1"), image("job", "job-1")];
    const alone = rules(prefixCount(1, "web-", 5), prefixCount(2, "job-", 5), prefixCount(3, "x-", 1));
    assertPasses(await judge([repository(), ...two, policy(alone)]));
    assertPasses(await judge([repository(), ...two, policy(rules(untaggedDays(7)))]));
    const unpulled = { tagStatus: "any", countType: "sinceImagePulled", countUnit: "days", countNumber: 90 };
    assertPasses(await judge([repository(), ...two, policy(rules(rule(1, unpulled, archive)))]));
    assertPasses(await judge([repository(), ...two, policy(rules(anyCount(9, 5), prefixCount(1, "web-", 5)))]));
  });

  it("counts two tags of the same build as one image, and builds of other contexts as others", async () => {
    const counted = policy(rules(anyCount(1, 50)));
    const again = image("again", "latest", { props: { imageName: `${url}:latest`, build: { context: "web" } } });
    assertPasses(await judge([repository(), image("web", "1.0.0"), again, counted]));
    assertFails(await judge([repository(), image("web", "1.0.0"), image("job", "2.0.0"), counted]), /counts "web"/);
  });

  it("says in a first preview which images it does not know yet, where a rule may delete them", async () => {
    const unknown = (name: string): StackResource => ({
      ...image(name, ""),
      props: { imageName: unknownText },
      from: { imageName: ["petclinic"] },
    });
    const fresh = repository({ repositoryUrl: unknownText });
    const counted = policy(rules(anyCount(1, 50)));
    assertPasses(await judge([fresh, unknown("web"), counted]));
    assertUnjudged(
      await judge([fresh, unknown("web"), unknown("job"), counted]),
      /^Which rules of repository "petclinic" own "web", "job" is not known yet\./,
    );
    assertUnjudged(await judge([fresh, unknown("web"), policy(rules(anyDays(1, 14)))]), /own "web" is not known yet\./);
    assertPasses(await judge([fresh, unknown("web"), unknown("job"), policy(rules(untaggedDays(7)))]));
  });

  it("leaves out exempt repositories, and images in repositories outside the stack", async () => {
    const aged = policy(rules(anyDays(1, 14)));
    assertPasses(await judge([repository(), image("web", "1.0.0"), aged], { exempt: ["pet*"] }));
    assertPasses(await judge([other, image("web", "1.0.0"), aged, policy(rules(anyDays(1, 14)), "other")]));
  });
});
