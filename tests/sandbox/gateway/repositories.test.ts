import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  GetAccountSettingCommand,
  GetRegistryScanningConfigurationCommand,
  ListTagsForResourceCommand,
  PutAccountSettingCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutRegistryScanningConfigurationCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-ecr";
import { account, region, serviceError, uniqueName, useSandbox } from "./harness";

describe("gateway: private repositories", () => {
  const sandbox = useSandbox();

  it("creates the reference job's repository and describes it as requested", async () => {
    const asked = {
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest" }],
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: "AES256" },
    } as const;
    const { repository } = await sandbox.ecr().send(
      new CreateRepositoryCommand({
        repositoryName: "petclinic",
        ...asked,
        imageTagMutabilityExclusionFilters: [...asked.imageTagMutabilityExclusionFilters],
      }),
    );
    const { createdAt, ...rest } = repository ?? {};
    assert.ok(createdAt && Math.abs(createdAt.getTime() - Date.now()) < 60_000);
    assert.deepEqual(rest, {
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/petclinic`,
      registryId: account,
      repositoryName: "petclinic",
      repositoryUri: `${sandbox.gateway.privateRegistry}/petclinic`,
      ...asked,
    });
    const described = await sandbox.ecr().send(new DescribeRepositoriesCommand({ repositoryNames: ["petclinic"] }));
    assert.deepEqual(described.repositories, [repository]);
  });

  it("has ECR's defaults: mutable, no scan, AES256", async () => {
    const repositoryName = uniqueName();
    const { repository } = await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    assert.equal(repository?.imageTagMutability, "MUTABLE");
    assert.deepEqual(repository?.imageScanningConfiguration, { scanOnPush: false });
    assert.deepEqual(repository?.encryptionConfiguration, { encryptionType: "AES256" });
    assert.equal(repository?.imageTagMutabilityExclusionFilters, undefined);
  });

  it("reports one AWS managed key per account and region for KMS without a key", async () => {
    const create = async (options: { region?: string }) => {
      const encryptionConfiguration = { encryptionType: "KMS" } as const;
      const command = new CreateRepositoryCommand({ repositoryName: uniqueName(), encryptionConfiguration });
      return (await sandbox.ecr(options).send(command)).repository?.encryptionConfiguration;
    };
    const first = await create({});
    assert.equal(first?.encryptionType, "KMS");
    assert.match(first?.kmsKey ?? "", new RegExp(`^arn:aws:kms:${region}:${account}:key/[0-9a-f-]{36}$`));
    assert.deepEqual(await create({}), first);
    assert.notEqual((await create({ region: "eu-west-1" }))?.kmsKey, first?.kmsKey);
  });

  it("rejects a second repository of the same name, and calls on a nonexistent one", async () => {
    const repositoryName = uniqueName();
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    await assert.rejects(
      sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName })),
      serviceError("RepositoryAlreadyExistsException", /already exists in the registry with id '123456789012'/),
    );
    for (const command of [
      new DescribeRepositoriesCommand({ repositoryNames: ["nowhere"] }),
      new DeleteRepositoryCommand({ repositoryName: "nowhere" }),
      new PutImageTagMutabilityCommand({ repositoryName: "nowhere", imageTagMutability: "MUTABLE" }),
    ]) {
      await assert.rejects(
        sandbox.ecr().send(command as DeleteRepositoryCommand),
        serviceError(
          "RepositoryNotFoundException",
          /The repository with name 'nowhere' does not exist in the registry/,
        ),
      );
    }
  });

  it("deletes an empty repository, and lets the name be used again", async () => {
    const repositoryName = uniqueName();
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    const deleted = await sandbox.ecr().send(new DeleteRepositoryCommand({ repositoryName }));
    assert.equal(deleted.repository?.repositoryName, repositoryName);
    await assert.rejects(
      sandbox.ecr().send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })),
      serviceError("RepositoryNotFoundException"),
    );
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
  });

  it("rejects invalid settings before anything is created", async () => {
    const filters = [{ filterType: "WILDCARD", filter: "latest" }] as [{ filterType: "WILDCARD"; filter: string }];
    const refused: [Partial<ConstructorParameters<typeof CreateRepositoryCommand>[0]>, RegExp][] = [
      [
        { repositoryName: "PetClinic" },
        /'repositoryName' failed to satisfy constraint: 'must satisfy regular expression/,
      ],
      [{ repositoryName: "a" }, /'repositoryName'.*greater than or equal to 2/],
      [{ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, /imageTagMutabilityExclusionFilters/],
      [
        { imageTagMutability: "IMMUTABLE", imageTagMutabilityExclusionFilters: filters },
        /imageTagMutabilityExclusionFilters/,
      ],
      [{ imageTagMutability: "SOMETIMES" as "MUTABLE" }, /'imageTagMutability'.*enum value set/],
      [
        { encryptionConfiguration: { encryptionType: "AES256", kmsKey: "alias/mine" } },
        /encryptionConfiguration.kmsKey/,
      ],
      [
        {
          encryptionConfiguration: {
            encryptionType: "KMS",
            kmsKey: `arn:aws:kms:us-east-1:${account}:key/12345678-1234-1234-1234-123456789012`,
          },
        },
        /kmsKey.*us-east-1/,
      ],
    ];
    for (const [input, message] of refused) {
      const repositoryName = input.repositoryName ?? "never-created";
      await assert.rejects(
        sandbox.ecr().send(new CreateRepositoryCommand({ ...input, repositoryName })),
        serviceError("InvalidParameterException", message),
      );
    }
    await assert.rejects(
      sandbox.ecr().send(new DescribeRepositoriesCommand({ repositoryNames: ["never-created"] })),
      serviceError("RepositoryNotFoundException"),
    );
  });

  it("changes tag mutability with its filters, and scan on push", async () => {
    const repositoryName = uniqueName();
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    const filters = [{ filterType: "WILDCARD", filter: "dev-*" }] as const;
    await sandbox.ecr().send(
      new PutImageTagMutabilityCommand({
        repositoryName,
        imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters: [...filters],
      }),
    );
    await sandbox
      .ecr()
      .send(
        new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: true } }),
      );
    const describe = async () =>
      (await sandbox.ecr().send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })))
        .repositories?.[0];
    const changed = await describe();
    assert.equal(changed?.imageTagMutability, "IMMUTABLE_WITH_EXCLUSION");
    assert.deepEqual(changed?.imageTagMutabilityExclusionFilters, filters);
    assert.equal(changed?.imageScanningConfiguration?.scanOnPush, true);
    await sandbox.ecr().send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: "MUTABLE" }));
    assert.equal((await describe())?.imageTagMutabilityExclusionFilters, undefined);
  });

  it("returns pages in order, without losing or repeating any, and rejects an invalid token", async () => {
    const elsewhere = { region: "sa-east-1" };
    const names = ["a/one", "a/two", "bb", "c-1", "dd"].sort();
    for (const repositoryName of names) {
      await sandbox.ecr(elsewhere).send(new CreateRepositoryCommand({ repositoryName }));
    }
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await sandbox.ecr(elsewhere).send(new DescribeRepositoriesCommand({ maxResults: 2, nextToken }));
      assert.ok((page.repositories?.length ?? 0) <= 2);
      seen.push(...(page.repositories ?? []).map((each) => each.repositoryName ?? ""));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    assert.deepEqual(seen, names);
    await assert.rejects(
      sandbox.ecr(elsewhere).send(new DescribeRepositoriesCommand({ nextToken: "made-up" })),
      serviceError("InvalidParameterException", /nextToken/),
    );
    await assert.rejects(
      sandbox.ecr(elsewhere).send(new DescribeRepositoriesCommand({ repositoryNames: ["bb"], maxResults: 1 })),
      serviceError("InvalidParameterException", /maxResults/),
    );
  });

  it("keeps accounts and regions separate, each with its own registry address", async () => {
    const repositoryName = uniqueName();
    const places = [{}, { region: "us-west-2" }, { account: "222222222222" }];
    const uris = new Set<string>();
    for (const place of places) {
      const { repository } = await sandbox.ecr(place).send(new CreateRepositoryCommand({ repositoryName }));
      uris.add(repository?.repositoryUri ?? "");
    }
    assert.equal(uris.size, 3);
    await sandbox.ecr(places[1]).send(new DeleteRepositoryCommand({ repositoryName }));
    await sandbox.ecr().send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    await assert.rejects(
      sandbox.ecr({ account: "222222222222" }).send(new DescribeRepositoriesCommand({ registryId: account })),
      serviceError("AccessDeniedException", /123456789012/),
    );
  });

  it("adds, removes and lists tags, and rejects reserved keys, too many tags and foreign ARNs", async () => {
    const tags = [{ Key: "team", Value: "clinic" }];
    const { repository } = await sandbox
      .ecr()
      .send(new CreateRepositoryCommand({ repositoryName: uniqueName(), tags }));
    const resourceArn = repository?.repositoryArn ?? "";
    const list = async () =>
      (await sandbox.ecr().send(new ListTagsForResourceCommand({ resourceArn }))).tags?.map(
        (tag) => `${tag.Key}=${tag.Value}`,
      );
    assert.deepEqual(await list(), ["team=clinic"]);
    const more = [
      { Key: "team", Value: "pets" },
      { Key: "cost", Value: "7" },
    ];
    await sandbox.ecr().send(new TagResourceCommand({ resourceArn, tags: more }));
    assert.deepEqual((await list())?.sort(), ["cost=7", "team=pets"]);
    await sandbox.ecr().send(new UntagResourceCommand({ resourceArn, tagKeys: ["team"] }));
    assert.deepEqual(await list(), ["cost=7"]);
    await assert.rejects(
      sandbox.ecr().send(new TagResourceCommand({ resourceArn, tags: [{ Key: "aws:x", Value: "1" }] })),
      serviceError("InvalidTagParameterException", /aws:/),
    );
    const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: "" }));
    await assert.rejects(
      sandbox.ecr().send(new TagResourceCommand({ resourceArn, tags: many })),
      serviceError("TooManyTagsException"),
    );
    await assert.rejects(
      sandbox.ecr({ region: "us-west-2" }).send(new ListTagsForResourceCommand({ resourceArn })),
      serviceError("InvalidParameterException", /resourceArn/),
    );
  });

  it("returns the registry's settings with their defaults, and changes them", async () => {
    const client = sandbox.ecr({ region: "eu-north-1" });
    const registry = await client.send(new DescribeRegistryCommand({}));
    assert.deepEqual(registry.replicationConfiguration, { rules: [] });
    const scanning = await client.send(new GetRegistryScanningConfigurationCommand({}));
    assert.deepEqual(scanning.scanningConfiguration, { scanType: "BASIC", rules: [] });
    const rules = [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }] as [
      { scanFrequency: "SCAN_ON_PUSH"; repositoryFilters: [{ filter: string; filterType: "WILDCARD" }] },
    ];
    await client.send(new PutRegistryScanningConfigurationCommand({ scanType: "BASIC", rules }));
    const changed = await client.send(new GetRegistryScanningConfigurationCommand({}));
    assert.deepEqual(changed.scanningConfiguration, { scanType: "BASIC", rules });
    await assert.rejects(
      client.send(
        new PutRegistryScanningConfigurationCommand({
          scanType: "BASIC",
          rules: [{ ...rules[0], scanFrequency: "CONTINUOUS_SCAN" }],
        }),
      ),
      serviceError("InvalidParameterException", /ENHANCED/),
    );
    assert.equal((await client.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }))).value, "DISABLED");
    await client.send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value: "ENABLED" }));
    assert.equal((await client.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }))).value, "ENABLED");
    await assert.rejects(
      client.send(new GetAccountSettingCommand({ name: "NONE" })),
      serviceError("ValidationException"),
    );
  });
});
