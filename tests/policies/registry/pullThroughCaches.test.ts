import assert from "node:assert/strict";
import { pullThroughCaches } from "../../../policies/registry/pullThroughCaches";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

const secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";

describe("policies: ecr-pull-through-caches", () => {
  const judge = (props: Props, config: object = {}) =>
    judgeResource(
      pullThroughCaches,
      { type: resourceTypes.pullThroughCache, name: "cache", props: { ecrRepositoryPrefix: "cache", ...props } },
      config,
    );

  it("passes allowed upstreams, with credentials where required", async () => {
    for (const url of ["public.ecr.aws", "registry.k8s.io", "quay.io"]) {
      assertPasses(await judge({ upstreamRegistryUrl: url }));
    }
    assertPasses(await judge({ upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret }));
    assertPasses(await judge({ upstreamRegistryUrl: "ghcr.io", credentialArn: secret }, { upstreams: ["ghcr.io"] }));
    assertPasses(
      await judge({ upstreamRegistryUrl: "registry-1.docker.io", credentialArn: unknownText, region: "us-east-1" }),
    );
  });

  it("fails a secret in a region other than the rule's", async () => {
    const props = { upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret };
    assertPasses(await judge({ ...props, region: "us-east-1" }));
    assertFails(await judge({ ...props, region: "eu-west-1" }), /The secret is in us-east-1, the rule in eu-west-1/);
  });

  it("fails others", async () => {
    assertFails(
      await judge({ upstreamRegistryUrl: "ghcr.io", credentialArn: secret }),
      /^upstreamRegistryUrl: pull-through cache rule "cache" caches images of "ghcr\.io"\. Allowed: "public\.ecr\.aws", .*Use one of these, or add this host to the parameter `upstreams`\.$/,
    );
    assertFails(await judge({ upstreamRegistryUrl: "quay.io" }, { upstreams: [] }), /Allowed: none/);
  });

  it("passes another account's ECR only where it is listed, and the account's own always", async () => {
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
      /^credentialArn: .* Found in pull-through cache rule "cache"\.$/,
    );
    assertFails(
      await judge({ upstreamRegistryUrl: "quay.io", credentialArn: "secret" }),
      /^credentialArn: found "secret"/,
    );
    assertFails(
      await judge({ upstreamRegistryUrl: "quay.io", ecrRepositoryPrefix: "A" }),
      /^ecrRepositoryPrefix/,
      /^ecrRepositoryPrefix/,
    );
    assertFails(await judge({ upstreamRegistryUrl: undefined }), /^upstreamRegistryUrl: found nothing/);
    const registry = { upstreamRegistryUrl: "123456789012.dkr.ecr.us-east-1.amazonaws.com" };
    const ecr = { upstreams: ["*.dkr.ecr.*.amazonaws.com"] };
    assertFails(await judge({ ...registry, customRoleArn: "role" }, ecr), /^customRoleArn: found "role"/);
    assertFails(
      await judge(
        { ...registry, customRoleArn: "arn:aws:iam::123456789012:role/x", upstreamRepositoryPrefix: "Ab" },
        ecr,
      ),
      /^upstreamRepositoryPrefix: found "Ab"/,
    );
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(
      await judge({ upstreamRegistryUrl: unknownText }),
      /^upstreamRegistryUrl of pull-through cache rule "cache" is not known yet\. Allowed:/,
    );
    assertUnjudged(await judge({ upstreamRegistryUrl: unknownText }, { upstreams: [] }), /Allowed: none\./);
    // An unknown value counts as set and valid.
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
