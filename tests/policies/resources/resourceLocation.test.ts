import assert from "node:assert/strict";
import { keySettings } from "../../../policies/encryption/encryptionKeys";
import { imageConsumers } from "../../../policies/images/imageConsumers";
import { lifecyclePolicy } from "../../../policies/lifecycle/lifecyclePolicy";
import { imageScanning } from "../../../policies/registry/imageScanning";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { randomNumbers } from "../../sandbox/randomNumbers";
import { judgeStack, type Props, type StackResource, types, unknownText, type Verdict } from "../harness";

const names = ["a", "b"];
const regions = ["us-east-1", "eu-west-1"];
/** The source of regions that are not known yet. */
const other: StackResource = { type: "aws:ssm/parameter:Parameter", name: "other", props: {} };
const accounts = ["111111111111", "222222222222"];

/** A property's value: known, or a variable that is unknown in a preview. */
type Value = { known: string } | { variable: string; domain: readonly string[] };

interface Entity {
  id: string;
  name: Value;
  region: Value;
  account: Value;
  /** The repository that its name refers to. */
  from?: string;
  provider: string;
}

interface World {
  repositories: Entity[];
  others: Entity[];
  /** Accounts of the providers, where they state one. */
  providers: ReadonlyMap<string, string | undefined>;
}

/** A value for every variable. */
type Completion = ReadonlyMap<string, string>;

function randomWorld(random: () => number, withNames: boolean): World {
  const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const providers = new Map([0, 1].map((index) => [`p${index}`, random() < 0.4 ? oneOf(accounts) : undefined]));
  const providerRegions = new Map([...providers.keys()].map((each) => [each, oneOf(regions)]));
  const entity = (id: string, repositories: readonly Entity[]): Entity => {
    const provider = oneOf([...providers.keys()]);
    const value = (what: string, domain: readonly string[], unknown: number): Value =>
      random() < unknown ? { variable: `${id}.${what}`, domain } : { known: oneOf(domain) };
    const own = providers.get(provider);
    const reference = repositories.length > 0 && random() < 0.6 ? oneOf(repositories) : undefined;
    return {
      id,
      provider,
      name: reference?.name ?? value("name", names, 0.25),
      region: random() < 0.4 ? { known: providerRegions.get(provider) ?? "" } : value("region", regions, 0.2),
      account: own === undefined ? { variable: `${provider}.account`, domain: accounts } : { known: own },
      ...(reference && { from: reference.id }),
    };
  };
  const repositories = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => entity(`r${index}`, []));
  const others = Array.from({ length: Math.floor(random() * 3) }, (_, index) =>
    entity(`o${index}`, withNames ? repositories : []),
  );
  return { repositories, others, providers };
}

/** All possible values of the variables, without two repositories of the same name in one place. */
function completions({ repositories, others }: World): Completion[] {
  const variables = new Map<string, readonly string[]>();
  for (const each of [...repositories, ...others]) {
    for (const value of [each.name, each.region, each.account]) {
      if ("variable" in value) variables.set(value.variable, value.domain);
    }
  }
  let all: Completion[] = [new Map()];
  for (const [variable, domain] of variables) {
    all = all.flatMap((each) => domain.map((value) => new Map([...each, [variable, value]])));
  }
  return all.filter(
    (each) =>
      new Set(repositories.map((one) => `${nameIn(each, one)} ${placeIn(each, one)}`)).size === repositories.length,
  );
}

function valueIn(completion: Completion, value: Value): string {
  return "known" in value ? value.known : (completion.get(value.variable) ?? "");
}

function nameIn(completion: Completion, { name }: Entity): string {
  return valueIn(completion, name);
}

function placeIn(completion: Completion, { region, account }: Entity): string {
  return `${valueIn(completion, region)} ${valueIn(completion, account)}`;
}

function resourceOf(world: World, entity: Entity, type: string, property: string, props: Props): StackResource {
  const { id, provider, region, account, name, from } = entity;
  const shown = (value: Value) => ("known" in value ? value.known : unknownText);
  const own = world.providers.get(provider);
  return {
    type,
    name: id,
    provider,
    providerConfig: { region: "us-west-2", ...(own !== undefined && { allowedAccountIds: JSON.stringify([own]) }) },
    props: { [property]: shown(name), region: shown(region), registryId: shown(account), ...props },
    from: { ...("variable" in region && { region: ["other"] }), ...(from !== undefined && { [property]: [from] }) },
  };
}

/**
 * A verdict must hold for all possible values: what fails must fail with every value of the unknowns, and what passes
 * without an advisory must pass with every value.
 */
function assertSound(
  world: World,
  verdict: Verdict,
  isCovered: (completion: Completion, repository: Entity) => boolean,
): void {
  const all = completions(world);
  const story = () => JSON.stringify({ world: { ...world, providers: [...world.providers] }, verdict }, null, 1);
  const failed = new Set(verdict.urns.map((urn) => urn?.split("::").at(-1)));
  for (const repository of world.repositories) {
    const covered = all.filter((each) => isCovered(each, repository)).length;
    if (failed.has(repository.id)) {
      assert.equal(covered, 0, `${repository.id} fails, and may be covered\n${story()}`);
    } else if (verdict.unjudged.length === 0 && !failed.has(undefined)) {
      assert.equal(covered, all.length, `${repository.id} passes, and may not be covered\n${story()}`);
    }
  }
  if (failed.has(undefined)) {
    const wrong = all.find((each) => world.repositories.every((repository) => isCovered(each, repository)));
    assert.equal(wrong, undefined, `some fail, and all may be covered\n${story()}`);
  }
}

describe("policies: how resources relate to one another, in random stacks of two accounts and regions", () => {
  const runs = 1_500;

  it("ecr-lifecycle-policy fails and passes only what no unknown value can change", async () => {
    const random = randomNumbers(41);
    const seen = { failed: 0, passed: 0, open: 0 };
    for (let run = 0; run < runs; run++) {
      const world = randomWorld(random, true);
      if (completions(world).length === 0) continue;
      const verdict = await judgeStack(lifecyclePolicy, [
        other,
        ...world.repositories.map((each) => resourceOf(world, each, types.repository, "name", {})),
        ...world.others.map((each) => resourceOf(world, each, types.lifecyclePolicy, "repository", { policy: "{}" })),
      ]);
      const only = {
        ...verdict,
        urns: verdict.urns.filter((_, index) => !/second lifecycle policy/.test(verdict.violations[index] ?? "")),
      };
      assertSound(world, only, (completion, repository) =>
        world.others.some(
          (policy) =>
            nameIn(completion, policy) === nameIn(completion, repository) &&
            placeIn(completion, policy) === placeIn(completion, repository),
        ),
      );
      seen[only.urns.length > 0 ? "failed" : verdict.unjudged.length > 0 ? "open" : "passed"]++;
    }
    assert.ok(
      Object.values(seen).every((each) => each > runs / 50),
      JSON.stringify(seen),
    );
  });

  it("ecr-image-scanning fails and passes only what no unknown value can change", async () => {
    const random = randomNumbers(43);
    const seen = { failed: 0, passed: 0, open: 0 };
    for (let run = 0; run < runs; run++) {
      const world = randomWorld(random, false);
      const places = (each: Completion) => world.others.map((one) => placeIn(each, one));
      // A registry has only one configuration.
      const possible = completions(world).filter((each) => new Set(places(each)).size === world.others.length);
      if (possible.length === 0) continue;
      const verdict = await judgeStack(imageScanning, [
        other,
        ...world.repositories.map((each) => resourceOf(world, each, types.repository, "name", {})),
        ...world.others.map((each) =>
          resourceOf(world, each, resourceTypes.scanning, "id", {
            scanType: "BASIC",
            rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }],
          }),
        ),
      ]);
      assertSound(world, verdict, (completion, repository) =>
        places(completion).includes(placeIn(completion, repository)),
      );
      seen[verdict.urns.length > 0 ? "failed" : verdict.unjudged.length > 0 ? "open" : "passed"]++;
    }
    assert.ok(
      Object.values(seen).every((each) => each > runs / 50),
      JSON.stringify(seen),
    );
  });

  it("ecr-image-consumers fails and passes only what no unknown value can change", async () => {
    const random = randomNumbers(47);
    const seen = { failed: 0, passed: 0, open: 0 };
    for (let run = 0; run < runs; run++) {
      const world = randomWorld(random, false);
      const all = completions(world);
      if (all.length === 0 || world.repositories.some(({ name }) => "variable" in name)) continue;
      const isMutable = new Map(world.repositories.map(({ id }) => [id, random() < 0.5]));
      const url = `${accounts[0]}.dkr.ecr.${regions[0]}.amazonaws.com/a`;
      const isListed = random() < 0.5;
      const verdict = await judgeStack(
        imageConsumers,
        [
          other,
          ...world.repositories.map((each) =>
            resourceOf(world, each, types.repository, "name", {
              repositoryUrl: unknownText,
              imageTagMutability: isMutable.get(each.id) ? "MUTABLE" : "IMMUTABLE",
            }),
          ),
          { type: resourceTypes.function, name: "runs", props: { imageUri: `${url}:v1` } },
        ],
        { immutableRepositories: isListed ? [url] : [] },
      );
      const moves = all.filter((each) => {
        const own = world.repositories.find(
          (one) => nameIn(each, one) === "a" && placeIn(each, one) === `${regions[0]} ${accounts[0]}`,
        );
        return own === undefined ? !isListed : isMutable.get(own.id);
      }).length;
      const outcome = verdict.urns.length > 0 ? "failed" : verdict.unjudged.length > 0 ? "open" : "passed";
      const right = { failed: moves === all.length, passed: moves === 0, open: true }[outcome];
      assert.ok(right, JSON.stringify({ world, isListed, isMutable: [...isMutable], verdict }, null, 1));
      seen[outcome]++;
    }
    assert.ok(
      Object.values(seen).every((each) => each > 10),
      JSON.stringify(seen),
    );
  });

  it("ecr-key-settings fails and passes only what no unknown value can change", async () => {
    const random = randomNumbers(53);
    const seen = { failed: 0, passed: 0, open: 0 };
    const alias = "alias/images";
    for (let run = 0; run < runs; run++) {
      const world = randomWorld(random, false);
      // An alias is unique in its account and region.
      const all = completions(world).filter(
        (each) => new Set(world.others.map((one) => placeIn(each, one))).size === world.others.length,
      );
      if (all.length === 0) continue;
      const verdict = await judgeStack(keySettings, [
        other,
        ...world.repositories.map((each) =>
          resourceOf(world, each, types.repository, "name", {
            encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: alias }],
          }),
        ),
        ...world.others.flatMap((each) => {
          const made = resourceOf(world, each, resourceTypes.keyAlias, "id", { name: alias, arn: unknownText });
          const key = { type: resourceTypes.key, name: `key-${each.id}`, props: { arn: unknownText } };
          return [key, { ...made, from: { ...made.from, targetKeyId: [key.name] } }];
        }),
      ]);
      const failed = new Set(verdict.urns.map((urn) => urn?.split("::").at(-1)));
      for (const each of world.others) {
        const used = all.filter((one) =>
          world.repositories.some((user) => placeIn(one, user) === placeIn(one, each)),
        ).length;
        const right = failed.has(`key-${each.id}`) ? used === all.length : verdict.unjudged.length > 0 || used === 0;
        assert.ok(right, JSON.stringify({ world, verdict, used, of: all.length }, null, 1));
      }
      seen[failed.size > 0 ? "failed" : verdict.unjudged.length > 0 ? "open" : "passed"]++;
    }
    assert.ok(
      Object.values(seen).every((each) => each > runs / 50),
      JSON.stringify(seen),
    );
  });
});
