import assert from "node:assert/strict";
import { bridgeAddress } from "../../../sandbox/docker/network";

describe("sandbox/docker: network", () => {
  it("gives a lost bridge its gateway's address, or the subnet's first address if the engine names no gateway", () => {
    assert.equal(bridgeAddress("172.17.0.0/16", "172.17.0.9"), "172.17.0.9/16");
    assert.equal(bridgeAddress("172.17.0.0/16", undefined), "172.17.0.1/16");
    assert.equal(bridgeAddress("10.1.2.64/26", ""), "10.1.2.65/26");
    assert.equal(bridgeAddress("nonsense", undefined), undefined);
  });
});
