import { SignatureV4 } from "@smithy/signature-v4";
import { credentials, region } from "../gateway/harness";
import { Sha256 } from "../gateway/sha256";
import { badDigests, type Maker, pick } from "./fuzzTarget";
import { message } from "./rawExchange";

const operations = [
  "DescribeRepositories",
  "CreateRepository",
  "BatchGetImage",
  "UploadLayerPart",
  "PutLifecyclePolicy",
  "GetDownloadUrlForLayer",
  "__proto__",
  "constructor",
  "",
];
const documents = [
  "",
  "{",
  "[]",
  "null",
  "0",
  '"',
  '{"repositoryName":',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{}}}',
  "[".repeat(50_000),
  `{"a":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
  '{"repositoryName":"../../x"}',
  '{"repositoryName":"a\\u0000b"}',
  '{"maxResults":1e400}',
  '{"nextToken":"\ud800"}',
  `{"repositoryName":"${"a".repeat(100_000)}"}`,
  '{"registryId":"999999999999","repositoryNames":[]}',
  '{"imageIds":[{"imageDigest":"sha256:"}]}',
  '{"layerPartBlob":"%%%","partFirstByte":-1,"partLastByte":9e15}',
];

/** Correctly signed, so that the body is parsed instead of being rejected unread. */
export const apiBodies: Maker = async (target, random) => {
  const body = pick(random, documents);
  const service = pick(random, [
    ["ecr", "AmazonEC2ContainerRegistry_V20150921"],
    ["ecr-public", "SpencerFrontendService"],
  ] as const);
  const signer = new SignatureV4({
    service: service[0],
    region: service[0] === "ecr" ? region : "us-east-1",
    credentials,
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname: "registry",
    path: "/",
    query: {},
    body,
    headers: {
      host: "registry",
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${service[1]}.${pick(random, operations)}`,
    },
  });
  const lines = Object.entries(signed.headers)
    .filter(([name]) => name !== "host")
    .map(([name, value]) => `${name}: ${value}`);
  return {
    host: target.endpoint,
    bytes: message("POST", "/", [...lines, `Content-Length: ${Buffer.byteLength(body)}`], body),
    authorized: true,
  };
};

export const manifests: Maker = (target, random) => {
  const body = pick(random, documents);
  const type = pick(random, [
    "application/vnd.oci.image.manifest.v1+json",
    "text/html",
    "application/vnd.oci.image.index.v1+json",
    "",
  ]);
  const headers = [
    `Authorization: ${target.owner}`,
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return {
    host: target.privateRegistry,
    bytes: message(
      "PUT",
      `/v2/${target.repository}/manifests/${pick(random, ["v1", "a b", "-", "x".repeat(300), ...badDigests])}`,
      headers,
      body,
    ),
    authorized: true,
  };
};

export const controls: Maker = (target, random) => {
  const body = pick(random, [
    ...documents,
    '{"advanceSeconds":1e308}',
    '{"advanceSeconds":-1}',
    '{"faults":[{}]}',
    "x".repeat(10_000),
  ]);
  const path = pick(random, ["/_sandbox/clock", "/_sandbox/faults", "/_sandbox/health"]);
  return {
    host: target.endpoint,
    bytes: message(
      "POST",
      path,
      [
        `Content-Type: ${pick(random, ["application/json", "text/plain"])}`,
        `Content-Length: ${Buffer.byteLength(body)}`,
      ],
      body,
    ),
    authorized: false,
  };
};
