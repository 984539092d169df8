import { apiBodies, controls, manifests } from "./fuzzBodies";
import { badDigests, bytes, type FuzzRequest, type Maker, pick, type Random, type Target } from "./fuzzTarget";
import { message } from "./rawExchange";

const methods = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Headers of a client that may not read the repository; an empty `Authorization` is left out. */
function unauthorizedHeaders({ unauthorized }: Target, random: Random): string[] {
  const authorization = pick(random, unauthorized);
  return authorization === "" ? [] : [`Authorization: ${authorization}`];
}

/** Ways to write "one folder up", and to hide a slash, a null byte or the end of a name. */
const steps = [
  "..",
  ".",
  "%2e%2e",
  "%252e%252e",
  "..%2f",
  "%2e%2e%5c",
  "....//",
  "%00",
  "%",
  "%zz",
  "%c0%ae",
  "\\..",
  ";",
  "//",
];

const traversal: Maker = (target, random) => {
  const known = [
    "v2",
    target.repository,
    "blobs",
    "manifests",
    "uploads",
    "tags",
    "list",
    target.blob,
    target.namespace,
    "_layers",
  ];
  const parts = Array.from({ length: 1 + Math.floor(random() * 8) }, () =>
    pick(random, random() < 0.5 ? steps : known),
  );
  const paths = [
    `/v2/${parts.join("/")}`,
    `/v2/${target.repository}/blobs/${parts.join("/")}`,
    `/v2/${parts.join("/")}/blobs/${target.blob}`,
    `/v2/other/../${target.repository}/blobs/${target.blob}`,
    `/v2/${target.namespace}/blobs/${target.blob}`,
    `http://127.0.0.1/v2/${target.namespace}/blobs/${target.blob}`,
    `/_sandbox/logo/${parts.join("/")}`,
  ];
  const host = pick(random, [target.privateRegistry, target.publicRegistry, target.endpoint]);
  return {
    host,
    bytes: message(pick(random, methods), pick(random, paths), [
      "Content-Length: 0",
      ...unauthorizedHeaders(target, random),
    ]),
    authorized: false,
  };
};

const digests: Maker = (target, random) => {
  const digest = pick(random, [...badDigests, target.blob]);
  const body = bytes(random, Math.floor(random() * 200));
  const owned = random() < 0.5;
  const headers = [
    `Content-Length: ${body.length}`,
    ...(owned ? [`Authorization: ${target.owner}`] : unauthorizedHeaders(target, random)),
  ];
  const path = pick(random, [
    `/v2/${target.repository}/blobs/uploads/?digest=${digest}`,
    `/v2/${target.repository}/blobs/uploads/?mount=${digest}&from=${target.repository}`,
    `/v2/${target.repository}/blobs/uploads/none?digest=${digest}`,
    `/v2/${target.repository}/manifests/${digest}`,
    `/v2/${target.repository}/manifests/${"t".repeat(5000)}`,
    `/v2/${"n".repeat(5000)}/blobs/${digest}`,
    `/v2/${target.repository}/referrers/${digest}`,
    `/v2/${target.repository}/blobs/${digest}`,
  ]);
  // The owner does not delete or tag, since the repository is needed until the end.
  const method = pick(random, owned ? ["GET", "HEAD", "POST", "PATCH"] : methods);
  return { host: target.privateRegistry, bytes: message(method, path, headers, body), authorized: owned };
};

const badRanges = [
  "bytes 0-",
  "0-",
  "-1",
  "5-1",
  "0-99999999999999999999",
  "a-b",
  "bytes=0-1,2-3",
  "1-2",
  "0-0",
  "0--1",
  "",
];

const ranges: Maker = (target, random) => {
  const body = bytes(random, Math.floor(random() * 64));
  const headers = [
    `Authorization: ${target.owner}`,
    `Content-Range: ${pick(random, badRanges)}`,
    `Range: ${pick(random, badRanges)}`,
  ];
  const path = `/v2/${target.repository}/blobs/uploads/${pick(random, ["", "none", "%2e%2e", "a.b", "=".repeat(300)])}`;
  return {
    host: target.privateRegistry,
    bytes: message(
      pick(random, ["PATCH", "PUT", "POST", "GET"]),
      path,
      [...headers, `Content-Length: ${body.length}`],
      body,
    ),
    authorized: true,
  };
};

/** Framing that two servers may read differently; a hidden request to Distribution for the blob follows. */
const framings = [
  ["Content-Length: 4", "Transfer-Encoding: chunked"],
  ["Transfer-Encoding: chunked", "Content-Length: 4"],
  ["Content-Length: 0", "Content-Length: 40"],
  ["Transfer-Encoding: xchunked"],
  ["Transfer-Encoding: chunked, identity"],
  ["Transfer-Encoding : chunked"],
  ["Transfer-Encoding:\tchunked", "Transfer-Encoding: identity"],
  ["X: y\n Transfer-Encoding: chunked"],
  ["Content-Length: +5"],
  ["Content-Length: 0x10"],
  ["Content-Length: 99999999999999999999999"],
  ["Content-Length: -1"],
] as const;
const chunks = [
  "0\r\n\r\n",
  "ffffffffffffffffff\r\n",
  "-1\r\n",
  "0x5\r\nhello\r\n0\r\n\r\n",
  "5;a=b\r\nhello\r\n0\r\n\r\n",
  "5\nhello\n0\n\n",
  "3\r\nhello\r\n0\r\n\r\n",
  "zz\r\n",
];

const smuggling: Maker = (target, random) => {
  const hidden = `GET /v2/${target.namespace}/blobs/${target.blob} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const path = pick(random, [
    `/v2/${target.repository}/blobs/uploads/`,
    "/token/",
    "/",
    `/v2/${target.repository}/manifests/x`,
  ]);
  const host = pick(random, [target.privateRegistry, target.publicRegistry, target.endpoint]);
  const headers = [...pick(random, framings), `Authorization: ${pick(random, [target.owner, ...target.unauthorized])}`];
  return {
    host,
    bytes: message(pick(random, ["POST", "PATCH", "PUT"]), path, headers, pick(random, chunks) + hidden),
    unfinished: true,
    authorized: false,
  };
};

const chunkedBodies: Maker = (target, random) => ({
  host: pick(random, [target.privateRegistry, target.publicRegistry, target.endpoint]),
  bytes: message(
    "POST",
    pick(random, [`/v2/${target.repository}/blobs/uploads/?digest=${target.blob}`, "/token/", "/", "/_sandbox/faults"]),
    ["Transfer-Encoding: chunked", "Content-Type: application/json", `Authorization: ${target.owner}`],
    pick(random, chunks),
  ),
  unfinished: true,
  authorized: true,
});

const headers: Maker = (target, random) => {
  const method = pick(random, ["GET", "POST", "CONNECT"]);
  const odd = pick(random, [
    [`X-Long: ${"a".repeat(100_000)}`],
    Array.from({ length: 2500 }, (_, index) => `X-${index}: 1`),
    ["X-Null: a\u0000b"],
    ["X-Bell: \u0007\u00ff"],
    [" folded: 1"],
    ["NoColon"],
    ["Expect: 100-continue"],
    ["Expect: everything"],
    ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAA", "Sec-WebSocket-Version: 13"],
    [`Authorization: Basic ${"A".repeat(9000)}`],
    ["Authorization: AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=;;, Signature="],
    [`Authorization: Bearer ${"e30.".repeat(20)}`],
    ["Accept: ,;q=,*/*;q=-1"],
    ["Trailer: X-Sum"],
  ]);
  const host = pick(random, [target.privateRegistry, target.publicRegistry, target.endpoint]);
  return {
    host,
    bytes: message(method, pick(random, ["/v2/", "/", "*", "registry:443", "//", "http://[", "/\u00ff"]), [
      ...odd,
      "Content-Length: 0",
    ]),
    // Node closes a CONNECT without an answer.
    unfinished: method === "CONNECT" || (odd[0]?.includes("Upgrade") ?? false),
    authorized: false,
  };
};

const downloads: Maker = (target, random) => {
  const query = new URLSearchParams({
    repository: target.repository,
    digest: target.blob,
    expires: pick(random, ["0", "9e15", "x", "99999999999999"]),
    signature: pick(random, ["", "x", "A".repeat(43)]),
  });
  return {
    host: target.privateRegistry,
    bytes: message("GET", `/_sandbox/layer?${query}`, unauthorizedHeaders(target, random)),
    authorized: false,
  };
};

const noise: Maker = (target, random) => ({
  host: pick(random, [target.privateRegistry, target.publicRegistry, target.endpoint]),
  bytes: Buffer.concat([bytes(random, Math.floor(random() * 300)), Buffer.from("\r\n\r\n")]),
  unfinished: true,
  authorized: false,
});

const requestMakers: Record<string, Maker> = {
  traversal,
  digests,
  ranges,
  smuggling,
  chunkedBodies,
  headers,
  apiBodies,
  manifests,
  downloads,
  controls,
  noise,
};
export const kinds: readonly string[] = Object.keys(requestMakers);

/** The next request; the same random numbers make the same one, except for the date of a signature. */
export async function fuzzRequest(target: Target, random: Random): Promise<FuzzRequest> {
  const kind = pick(random, kinds);
  const make = requestMakers[kind] as Maker;
  return { ...(await make(target, random)), kind };
}
