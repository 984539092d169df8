import assert from "node:assert/strict";
import { backfillPlans } from "../../cli/replication/plan";
import { replicationCost } from "../../ecr/costs/costs";
import { prices } from "../../ecr/costs/prices";

const gb = prices.bytesPerGb;
const image = (imageSizeInBytes: number, ...imageTags: string[]) => ({ imageSizeInBytes, imageTags });

describe("replication backfill", () => {
  it("costs the transfer to another region once, and the storage every month", () => {
    assert.deepEqual(replicationCost(10 * gb, true, prices), { transfer: 0.2, storage: 1 });
    assert.deepEqual(replicationCost(10 * gb, false, prices), { transfer: 0, storage: 1 });
  });

  it("copies each image and tag of the matching repositories once per destination", () => {
    const europe = { region: "eu-west-1", registryId: "111111111111" };
    const other = { region: "us-east-1", registryId: "222222222222" };
    const rules = [
      { destinations: [europe, other], repositoryFilters: [{ filter: "team/", filterType: "PREFIX_MATCH" as const }] },
      { destinations: [europe], repositoryFilters: [{ filter: "base", filterType: "PREFIX_MATCH" as const }] },
    ];
    const repositories = [
      { name: "team/web", images: [image(gb, "v1", "latest"), image(2 * gb)] },
      { name: "base", images: [image(3 * gb, "22")] },
      { name: "alone", images: [image(5 * gb, "x")] },
    ];
    const plans = backfillPlans(rules, repositories, "us-east-1", prices);
    assert.deepEqual(
      plans.map(({ destination, repositories: count, images, copies, bytes, cost }) => [
        destination.region,
        count,
        images,
        copies,
        bytes / gb,
        cost.transfer,
      ]),
      [
        ["eu-west-1", 2, 3, 4, 6, 0.12],
        ["us-east-1", 1, 2, 3, 3, 0],
      ],
    );
  });
});
