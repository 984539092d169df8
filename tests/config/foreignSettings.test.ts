import assert from "node:assert/strict";
import { InputRefused } from "../../components/inputChecks";
import { refuseForeignSettings } from "../../config/foreignSettings";
import { account, region, startMocks } from "../components/mocks";
import { parse } from "./parsing";

const scanning = { RegistryId: account, ScanType: "ENHANCED", Rules: [] };

describe("registry settings that another stack made", () => {
  async function check(config: Record<string, unknown>) {
    const mocks = await startMocks({ settings: { "AWS::ECR::RegistryScanningConfiguration": scanning } }, true);
    const parsed = parse(config);
    await refuseForeignSettings(parsed, { state: [], region });
    return mocks;
  }

  it("are refused for all registries in one error, before the first component is created", async () => {
    await assert.rejects(check({ registries: { main: {}, far: { region: "eu-west-1" } } }), (error) => {
      assert.ok(error instanceof InputRefused, String(error));
      assert.deepEqual(
        error.faults.map(({ path, value }) => [path, value]),
        [
          ["ecr:registries.main.scanning", scanning],
          ["ecr:registries.far.scanning", scanning],
        ],
      );
      return true;
    });
  });

  it("are accepted if the config leaves them alone or says takeOver, and without registries AWS is not asked", async () => {
    await check({ registries: { main: { scanning: false }, far: { region: "eu-west-1", takeOver: true } } });
    assert.deepEqual((await check({ privateRepositories: { shop: {} } })).calls, []);
  });
});
