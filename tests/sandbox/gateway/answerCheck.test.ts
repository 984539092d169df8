import assert from "node:assert/strict";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { services } from "../../../sandbox/gateway/api/services";
import type { Operation } from "../../../sandbox/gateway/context";
import { ecrModel, ecrPublicModel } from "../../../sandbox/gateway/models/models";
import { checkOutput, errorFault } from "../../../sandbox/gateway/wire/answerCheck";
import { ServiceError } from "../../../sandbox/gateway/wire/serviceError";
import { serviceError, useSandbox } from "./harness";

describe("gateway: an answer that is none of the service's", () => {
  const list = (repository: object) => () =>
    checkOutput(ecrModel, "DescribeRepositories", { repositories: [repository] });

  it("is one with a member that the model does not have, or has otherwise", () => {
    const right = { repositoryName: "app", createdAt: new Date(), imageScanningConfiguration: { scanOnPush: true } };
    assert.doesNotThrow(list(right));
    assert.doesNotThrow(list({ ...right, repositoryArn: undefined }), "what is undefined is left out");
    assert.throws(list({ ...right, name: "app" }), {
      name: "BrokenModel",
      message:
        "The answer to DescribeRepositories is none of the service's: Invalid parameter at 'repositories.0.name' failed to satisfy constraint: 'unknown member'",
    });
    assert.throws(list({ ...right, imageScanningConfiguration: { scanOnPush: null } }), /scanOnPush.*boolean/);
    assert.throws(list({ ...right, createdAt: "2026-11-24" }), /repositories\.0\.createdAt.*number/);
    assert.throws(list({ ...right, imageTagMutability: "FIXED" }), /imageTagMutability.*enum value set/);
    assert.throws(list({ repositoryName: "APP" }), /repositoryName.*regular expression/);
  });

  it("may be an empty list where a request's may not", () => {
    assert.doesNotThrow(() => checkOutput(ecrModel, "ListImages", { imageIds: [] }));
    assert.throws(() => ecrModel.parse("BatchDeleteImage", { repositoryName: "app", imageIds: [] }), /length greater/);
  });

  it("is an error that the operation does not have, though another has", () => {
    assert.equal(errorFault(ecrModel, "CompleteLayerUpload", "LayerPartTooSmallException"), undefined);
    assert.equal(errorFault(ecrModel, "UploadLayerPart", "AccessDeniedException"), undefined);
    assert.match(
      errorFault(ecrModel, "UploadLayerPart", "LayerPartTooSmallException")?.message ?? "",
      /^UploadLayerPart is refused with LayerPartTooSmallException, which the service's model does not list for it\.$/,
    );
    assert.ok(errorFault(ecrPublicModel, "constructor", "RepositoryNotFoundException"), "no operation lists none");
  });

  describe("through the endpoint", () => {
    const sandbox = useSandbox();
    const operations = services.private.operations as Record<string, Operation>;
    const { DescribeRepositories: whole } = operations;
    const describe = () => sandbox.ecr().send(new DescribeRepositoriesCommand({}));
    afterEach(() => {
      operations["DescribeRepositories"] = whole as Operation;
    });

    it("is a failure of the sandbox that names the member, in its log too", async () => {
      operations["DescribeRepositories"] = () => ({ repositories: [{ uri: "x" }] });
      const told = /'repositories\.0\.uri'/;
      await assert.rejects(describe(), { ...serviceError("ServerException", told), $fault: "server" });
      assert.match(sandbox.log.at(-1) ?? "", told);
      operations["DescribeRepositories"] = () => {
        throw new ServiceError("ImageNotFoundException", "gone");
      };
      await assert.rejects(describe(), serviceError("ServerException", /refused with ImageNotFoundException/));
    });

    it("goes out as it is when nobody asked to check", async () => {
      await sandbox.stopGateway();
      sandbox.settings = { validateResponses: false };
      await sandbox.start();
      operations["DescribeRepositories"] = () => {
        throw new ServiceError("ImageNotFoundException", "gone");
      };
      await assert.rejects(describe(), serviceError("ImageNotFoundException"));
    });
  });
});
