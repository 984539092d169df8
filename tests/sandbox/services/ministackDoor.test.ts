import assert from "node:assert/strict";
import * as path from "node:path";
import { projectRoot } from "../../../sandbox/paths";
import { installMinistack } from "../../../sandbox/services/ministack";
import { runOrThrow } from "../../../sandbox/system/commands";

/** Prints the ports that MiniStack's ECS passes to Docker once ministackDoor is applied. */
const program = `
import json
from ministack.services import ecs
from ministackDoor import publish_on_loopback
publish_on_loopback(ecs)
def ports(bindings):
    container = {"name": "web", "image": "web"}
    run = ecs._build_run_kwargs(container, {}, {}, bindings, None, False, "task", "arn:task", None, "arn:cluster")
    return run["ports"]
print(json.dumps([ports({"80/tcp": 8080}), ports({"80/tcp": 0}), ports({})]))
`;

describe("services: MiniStack's door", () => {
  it("makes ECS publish containers' ports on the loopback address, fixed ones and those that the system picks", async function () {
    // The first run on a machine installs MiniStack.
    this.timeout(900_000);
    const python = path.join(path.dirname(await installMinistack()), "python");
    const env = {
      PATH: process.env["PATH"],
      PYTHONPATH: path.join(projectRoot, "sandbox", "services"),
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const output = await runOrThrow(python, ["-c", program], { env });
    assert.deepEqual(JSON.parse(output.trim().split("\n").at(-1) ?? ""), [
      { "80/tcp": ["127.0.0.1", 8080] },
      { "80/tcp": ["127.0.0.1", null] },
      null,
    ]);
  });
});
