import assert from "node:assert/strict";
import { pullThroughCaches, replicationDestinations } from "../../policies/registry";
import { resourceTypes } from "../../policies/resources";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  type Props,
  unknownList,
  unknownText,
} from "./harness";

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";

describe("policies: ecr-pull-through-caches", () => {
  const judge = (props: Props, config: object = {}) =>
    judgeResource(
      pullThroughCaches,
      { type: resourceTypes.pullThroughCache, name: "cache", props: { ecrRepositoryPrefix: "cache", ...props } },
      config,
    );

  it("passes allowed upstreams, with credentials where they are needed", async () => {
    for (const url of ["public.ecr.aws", "registry.k8s.io", "quay.io"])
      assertPasses(await judge({ upstreamRegistryUrl: url }));
    assertPasses(await judge({ upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret }));
    assertPasses(await judge({ upstreamRegistryUrl: "ghcr.io", credentialArn: secret }, { upstreams: ["ghcr.io"] }));
    assertPasses(
      await judge({ upstreamRegistryUrl: "registry-1.docker.io", credentialArn: unknownText, region: "us-east-1" }),
    );
  });

  it("fails a secret of another region than the rule's", async () => {
    const props = { upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret };
    assertPasses(await judge({ ...props, region: "us-east-1" }));
    assertFails(await judge({ ...props, region: "eu-west-1" }), /the secret is in us-east-1, the rule in eu-west-1/);
  });

  it("fails others", async () => {
    assertFails(
      await judge({ upstreamRegistryUrl: "ghcr.io", credentialArn: secret }),
      /^upstreamRegistryUrl: pull-through cache rule "cache" caches images of "ghcr\.io"; allowed are "public\.ecr\.aws", .*Write one of these, or this one into the parameter `upstreams`\.$/,
    );
    assertFails(await judge({ upstreamRegistryUrl: "quay.io" }, { upstreams: [] }), /allowed are none/);
  });

  it("takes another account's ECR for an upstream only where it is named, and the own one always", async () => {
    const props = {
      ecrRepositoryPrefix: "cache",
      upstreamRegistryUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com",
      customRoleArn: "arn:aws:iam::123456789012:role/x",
    };
    const by = (account: string) =>
      judgeResource(pullThroughCaches, {
        type: resourceTypes.pullThroughCache,
        name: "cache",
        props,
        provider: { allowedAccountIds: `["${account}"]` },
      });
    assertFails(await judge(props), /caches images of "210987654321\.dkr/);
    assertFails(await by("123456789012"), /caches images of "210987654321\.dkr/);
    assertPasses(await by("210987654321"));
    assertPasses(await judge(props, { upstreams: ["210987654321.dkr.ecr.*"] }));
  });

  it("fails a missing or wrong credential, and what ECR refuses", async () => {
    assertFails(
      await judge({ upstreamRegistryUrl: "registry-1.docker.io" }),
      /^credentialArn: .* It is of pull-through cache rule "cache"\.$/,
    );
    assertFails(await judge({ upstreamRegistryUrl: "quay.io", credentialArn: "secret" }), /^credentialArn: "secret"/);
    assertFails(
      await judge({ upstreamRegistryUrl: "quay.io", ecrRepositoryPrefix: "A" }),
      /^ecrRepositoryPrefix/,
      /^ecrRepositoryPrefix/,
    );
    assertFails(await judge({ upstreamRegistryUrl: undefined }), /^upstreamRegistryUrl: \(not set\)/);
    const registry = { upstreamRegistryUrl: "123456789012.dkr.ecr.us-east-1.amazonaws.com" };
    const ecr = { upstreams: ["*.dkr.ecr.*.amazonaws.com"] };
    assertFails(await judge({ ...registry, customRoleArn: "role" }, ecr), /^customRoleArn: "role"/);
    assertFails(
      await judge(
        { ...registry, customRoleArn: "arn:aws:iam::123456789012:role/x", upstreamRepositoryPrefix: "Ab" },
        ecr,
      ),
      /^upstreamRepositoryPrefix: "Ab"/,
    );
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(
      await judge({ upstreamRegistryUrl: unknownText }),
      /^upstreamRegistryUrl of pull-through cache rule "cache" is not known yet; allowed are/,
    );
    assertUnjudged(await judge({ upstreamRegistryUrl: unknownText }, { upstreams: [] }), /allowed are none\./);
    // What is there and not known is taken to have the right form.
    const role = { upstreamRegistryUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com", customRoleArn: unknownText };
    const ecr = { upstreams: ["210987654321.dkr.ecr.*"] };
    assertPasses(
      await judge({ ...role, upstreamRepositoryPrefix: unknownText, ecrRepositoryPrefix: unknownText }, ecr),
    );
    assertUnjudged(
      await judge({ upstreamRegistryUrl: unknownText, customRoleArn: "arn:aws:iam::123456789012:role/x" }),
      /^upstreamRegistryUrl/,
    );
    assertPasses(await judge({ upstreamRegistryUrl: "quay.io", ecrRepositoryPrefix: unknownText }));
    const mixed = await judge({ upstreamRegistryUrl: unknownText, ecrRepositoryPrefix: "/" });
    assert.match(mixed.violations.join(), /^ecrRepositoryPrefix/);
    assert.equal(mixed.unjudged.length, 1);
  });
});

describe("policies: ecr-replication-destinations", () => {
  const configuration = (...destinations: unknown[]) => ({ rules: [{ destinations: [] }, { destinations }] });
  const config = { regions: ["eu-*", "us-east-1"], accounts: ["111111111111"] };
  const judge = (replicationConfiguration: unknown, parameters: object = config) =>
    judgeResource(
      replicationDestinations,
      { type: resourceTypes.replication, props: { replicationConfiguration } },
      parameters,
    );

  it("fails a destination in another partition, wherever images may go", async () => {
    const verdict = await judgeResource(
      replicationDestinations,
      {
        type: resourceTypes.replication,
        props: { replicationConfiguration: configuration({ region: "cn-north-1", registryId: "111111111111" }) },
        provider: { region: "us-west-2" },
      },
      { regions: ["*"], accounts: ["111111111111"] },
    );
    assertFails(verdict, /cn-north-1 is in aws-cn, the registry's us-west-2 in aws\..*name a region of aws/);
  });

  it("passes allowed destinations", async () => {
    assertPasses(
      await judge(
        configuration(
          { region: "eu-west-1", registryId: "111111111111" },
          { region: "us-east-1", registryId: "111111111111" },
        ),
      ),
    );
    for (const nothing of [
      undefined,
      null,
      {},
      { rules: [] },
      { rules: null },
      { rules: [null] },
      configuration(),
      configuration(null),
      configuration({}),
    ]) {
      assertPasses(await judge(nothing));
    }
  });

  it("fails all others", async () => {
    assertFails(
      await judge(configuration({ region: "ap-northeast-2", registryId: "222222222222" })),
      /^replicationConfiguration\.rules\[1\]\.destinations\[0\]\.region: images go to "ap-northeast-2"; allowed are "eu-\*", "us-east-1"\. Take the destination out, or write it into the parameter `regions`\.$/,
      /\.registryId: images go to "222222222222"; allowed are "111111111111"\..*`accounts`/,
    );
    assertFails(
      await judge(configuration({ region: "eu-west-1", registryId: "111111111111" }), {}),
      /no other regions/,
      /no other accounts/,
    );
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(await judge(unknownText), /^replicationConfiguration is not known yet/);
    assertUnjudged(await judge({ rules: unknownList }), /^replicationConfiguration\.rules is not known yet/);
    assertUnjudged(await judge({ rules: [unknownText] }), /rules\[0\] is not known yet/);
    assertUnjudged(
      await judge({ rules: [{ destinations: unknownList }] }),
      /rules\[0\]\.destinations is not known yet/,
    );
    assertUnjudged(await judge(configuration(unknownText)), /destinations\[0\] is not known yet/);
    const mixed = await judge(configuration({ region: "ap-northeast-2", registryId: unknownText }));
    assert.match(mixed.violations.join(), /region: images go/);
    assert.match(mixed.unjudged.join(), /registryId is not known yet; allowed are "111111111111"/);
  });
});
