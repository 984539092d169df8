import assert from "node:assert/strict";
import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { services } from "../../../../sandbox/gateway/api/services";
import type { Operation } from "../../../../sandbox/gateway/context";
import { ecrModel, ecrPublicModel } from "../../../../sandbox/gateway/models/models";
import { checkOutput, errorFault } from "../../../../sandbox/gateway/wire/answerCheck";
import { ServiceError } from "../../../../sandbox/gateway/wire/serviceError";
import { serviceError, useSandbox } from "../harness";

describe("gateway: an answer that does not match the service model", () => {
  const list = (repository: object) => () =>
    checkOutput(ecrModel, "DescribeRepositories", { repositories: [repository] });

  it("is one with a member that is unknown or has a wrong value", () => {
    const right = { repositoryName: "app", createdAt: new Date(), imageScanningConfiguration: { scanOnPush: true } };
    assert.doesNotThrow(list(right));
    assert.doesNotThrow(list({ ...right, repositoryArn: undefined }), "what is undefined is left out");
    assert.throws(list({ ...right, name: "app" }), {
      name: "BrokenModel",
      message:
        "The answer to DescribeRepositories does not match the service model: Invalid parameter at 'repositories.0.name' failed to satisfy constraint: 'unknown member'",
    });
    assert.throws(list({ ...right, imageScanningConfiguration: { scanOnPush: null } }), /scanOnPush.*boolean/);
    assert.throws(list({ ...right, createdAt: "2026-11-24" }), /repositories\.0\.createdAt.*number/);
    assert.throws(list({ ...right, imageTagMutability: "FIXED" }), /imageTagMutability.*enum value set/);
    assert.throws(list({ repositoryName: "APP" }), /repositoryName.*regular expression/);
  });

  it("does not include an empty list, even where a request's list must not be empty", () => {
    assert.doesNotThrow(() => checkOutput(ecrModel, "ListImages", { imageIds: [] }));
    assert.throws(() => ecrModel.parse("BatchDeleteImage", { repositoryName: "app", imageIds: [] }), /length greater/);
  });

  it("is an error that the model does not list for the operation", () => {
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

    it("becomes a server error that names the member, also in the log", async () => {
      operations["DescribeRepositories"] = () => ({ repositories: [{ uri: "x" }] });
      const faultMessage = /'repositories\.0\.uri'/;
      await assert.rejects(describe(), { ...serviceError("ServerException", faultMessage), $fault: "server" });
      assert.match(sandbox.log.at(-1) ?? "", faultMessage);
      operations["DescribeRepositories"] = () => {
        throw new ServiceError("ImageNotFoundException", "gone");
      };
      await assert.rejects(describe(), serviceError("ServerException", /refused with ImageNotFoundException/));
    });

    it("is sent unchanged when validation is off", async () => {
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
