import assert from "node:assert/strict";
import { runningLosses } from "../../cli/environments/runningLosses";

const host = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com";
const refusal =
  '  - ecr:privateRepositories: found "team/shop". No entry describes the repository "team/shop" in ap-northeast-2 any more, so it would be deleted: it holds 2 images, the newest 1.1.0 of 2026-11-02. …';

describe("running workloads that use images an update would delete", () => {
  it("are named once per repository, however they refer to the image", async () => {
    const regions: string[] = [];
    const read = async (region: string) => {
      regions.push(region);
      return {
        images: [
          { reference: `${host}/team/shop:1.1.0`, by: "ECS task definition web:7" },
          { reference: `${host}/team/shop@sha256:${"1".repeat(64)}`, by: "Lambda function orders" },
          { reference: "127.0.0.1:5000/team/shop:1.0.0", by: "ECS task definition web:7" },
          { reference: `${host}/team/shop-dev:1.1.0`, by: "ECS task definition dev:1" },
          { reference: `${host}/shop`, by: "ECS task definition other:1" },
        ],
        unknown: [],
      };
    };
    assert.deepEqual(await runningLosses(`${refusal}\n${refusal}`, read), [
      'The images of "team/shop" in ap-northeast-2 are used by ECS task definition web:7, Lambda function orders there.',
    ]);
    assert.deepEqual(regions, ["ap-northeast-2"]);
  });

  it("may be none, with what could not be read", async () => {
    const unknown = ["what runs on Lambda in ap-northeast-2: AccessDeniedException"];
    assert.deepEqual(await runningLosses(refusal, async () => ({ images: [], unknown })), [
      'The images of "team/shop" in ap-northeast-2 are not used by anything running in ECS or Lambda there (not known: what runs on Lambda in ap-northeast-2: AccessDeniedException).',
    ]);
  });

  it("are looked up only if an update would delete images", async () => {
    const read = () => assert.fail("asked");
    assert.deepEqual(
      await runningLosses('error: the private repository "shop" in ap-northeast-2 is IMMUTABLE', read),
      [],
    );
  });
});
