import { deletionProtection } from "../../../policies/operations/deletionProtection";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, types, unknownText } from "../harness";

const publicType = resourceTypes.publicRepository;

describe("policies: ecr-deletion-protection", () => {
  const judge = (props: Props, config: object = {}, type = types.repository, protect = false) =>
    judgeResource(
      deletionProtection,
      { type, props: { name: "petclinic", repositoryName: "open", ...props }, protect },
      config,
    );

  it("passes repositories that are deleted only when empty, and allowed exceptions", async () => {
    for (const props of [{}, { forceDelete: false }, { forceDelete: undefined }]) assertPasses(await judge(props));
    assertPasses(await judge({ forceDelete: true }, { allowForceDelete: ["pet*"] }));
    assertPasses(await judge({ forceDelete: true }, {}, publicType));
    assertPasses(await judge({}, { requireProtect: true }, types.repository, true));
  });

  it("fails all others", async () => {
    assertFails(
      await judge({ forceDelete: true }),
      /^forceDelete: repository "petclinic" would be deleted with all its images\. Must be false, except for repositories in `allowForceDelete` \(none\)\. Write forceDelete: false\.$/,
    );
    assertFails(
      await judge({ forceDelete: true }, { allowForceDelete: ["x"] }),
      /except for repositories in `allowForceDelete` \("x"\)\./,
    );
    assertFails(await judge({ forceDestroy: true }, {}, publicType), /^forceDestroy: public repository "open"/);
    assertFails(
      await judge({}, { requireProtect: true }),
      /^protect: repository "petclinic" is not protected.*Write the resource option \{ protect: true \}\.$/,
    );
    assertFails(await judge({ forceDelete: true }, { requireProtect: true }), /^forceDelete/, /^protect/);
  });

  it("reports unknown values", async () => {
    assertUnjudged(
      await judge({ forceDelete: unknownText }),
      /^forceDelete of repository "petclinic" is not known yet/,
    );
    assertPasses(await judge({ forceDelete: unknownText }, { allowForceDelete: ["petclinic"] }));
    assertUnjudged(
      await judge({ forceDelete: true, name: unknownText }, { allowForceDelete: ["x"] }),
      /Its name is not known yet; config may exempt it/,
    );
    assertFails(await judge({ forceDelete: true, name: unknownText }), /^forceDelete/);
  });
});
