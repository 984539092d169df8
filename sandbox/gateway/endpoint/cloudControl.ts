import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { GatewayContext } from "../context";
import { authorize } from "../iam/authorizer";
import type { Caller } from "../iam/caller";
import type { Forwarder } from "../ministack/forwarder";
import { unreachable } from "../ministack/ministackClient";
import { scanningConfiguration } from "../scans/scans";
import {
  creationTemplates,
  pullThroughCacheRules,
  pullTimeExclusions,
  registryPolicies,
  replicationConfigurations,
} from "../state/registrySettings";
import { parseInput, readBody, sendError, sendOutput } from "../wire/json";
import { ServiceError } from "../wire/serviceError";

const targetPrefix = "CloudApiService.";
const signingName = "cloudcontrolapi";

/** Cloud Control requests carry a resource's properties, which CloudFormation limits to 256 KiB. */
const requestLimit = 1024 * 1024;

const typedRequest = z.looseObject({ TypeName: z.string() });
const getRequest = z.looseObject({ TypeName: z.string(), Identifier: z.string().min(1) });

/** How to read a CloudFormation resource type: the action its handler needs in ECR, and the properties it returns. */
interface ReadableType {
  /** The action the caller needs besides `cloudformation:GetResource`: handlers run with the caller's permissions. */
  action: string;
  /** `undefined` when the resource does not exist. */
  read(context: GatewayContext, caller: Caller, identifier: string): object | undefined;
}

/**
 * A resource that exists once per registry is identified by the registry ID. Reading one that was never set is an
 * error: CloudFormation's handlers must return NotFound after a deletion, and deleting one of these restores the
 * default.
 */
const readableTypes: Readonly<Record<string, ReadableType>> = {
  "AWS::ECR::ReplicationConfiguration": {
    action: "ecr:DescribeRegistry",
    read: ofRegistry((context, caller) => {
      const configuration = replicationConfigurations.get(context.store, caller);
      return (configuration?.rules ?? []).length > 0 ? { replicationConfiguration: configuration } : undefined;
    }),
  },
  "AWS::ECR::RegistryPolicy": {
    action: "ecr:GetRegistryPolicy",
    read: ofRegistry((context, caller) => {
      const text = registryPolicies.get(context.store, caller);
      return text === undefined ? undefined : { policyText: new Verbatim(JSON.parse(text)) };
    }),
  },
  "AWS::ECR::RegistryScanningConfiguration": {
    action: "ecr:GetRegistryScanningConfiguration",
    read: ofRegistry((context, caller) => {
      const configuration = scanningConfiguration(context, caller);
      const isDefault = configuration.scanType === "BASIC" && (configuration.rules ?? []).length === 0;
      return isDefault ? undefined : configuration;
    }),
  },
  "AWS::ECR::PullThroughCacheRule": {
    action: "ecr:DescribePullThroughCacheRules",
    read: (context, caller, prefix) => {
      const rule = pullThroughCacheRules.get(context.store, caller, prefix);
      const { createdAt, updatedAt, registryId, ...properties } = rule ?? {};
      return rule && properties;
    },
  },
  "AWS::ECR::RepositoryCreationTemplate": {
    action: "ecr:DescribeRepositoryCreationTemplates",
    read: (context, caller, prefix) => {
      const template = creationTemplates.get(context.store, caller, prefix);
      const time = (at = 0) => new Date(at).toISOString();
      return template && { ...template, createdAt: time(template.createdAt), updatedAt: time(template.updatedAt) };
    },
  },
  "AWS::ECR::PullTimeUpdateExclusion": {
    action: "ecr:ListPullTimeUpdateExclusions",
    read: (context, caller, principalArn) =>
      pullTimeExclusions.get(context.store, caller, principalArn) === undefined ? undefined : { principalArn },
  },
};

/** A value, such as a policy, whose members are not CloudFormation properties and keep their spelling. */
class Verbatim {
  constructor(readonly value: unknown) {}
}

function ofRegistry(read: (context: GatewayContext, caller: Caller) => object | undefined): ReadableType["read"] {
  return (context, caller, identifier) => {
    const properties = identifier === caller.account ? read(context, caller) : undefined;
    return properties && { ...properties, registryId: caller.account };
  };
}

export function isCloudControl(target: string): boolean {
  return target.startsWith(targetPrefix);
}

/**
 * Cloud Control requests for ECR. Six types can be read here, from the gateway's state. MiniStack has a separate ECR
 * behind Cloud Control that nothing else sees, so every other ECR request is refused by name. Requests for other
 * services go to MiniStack.
 */
export async function answerCloudControl(
  context: GatewayContext,
  forwarder: Forwarder,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, requestLimit);
    const input = parseInput(body);
    const typeName = typedRequest.safeParse(input).data?.TypeName ?? "";
    if (!typeName.startsWith("AWS::ECR::")) {
      forwarder.forward(request, response, { body });
      return;
    }
    const type = target === `${targetPrefix}GetResource` ? readableType(typeName) : undefined;
    if (type === undefined) {
      const readable = Object.keys(readableTypes).join(", ");
      throw new ServiceError(
        "UnsupportedActionException",
        `The sandbox does not support ${target.slice(targetPrefix.length)} of ${typeName} through Cloud Control. Call ECR directly. GetResource reads ${readable}.`,
      );
    }
    const { method = "POST", url = "/", headers, rawHeaders } = request;
    const caller = await context.callers.identify({ method, url, headers, rawHeaders, body }, signingName);
    sendOutput(response, await getResource(context, caller, type, input));
  } catch (error) {
    sendError(response, error instanceof ServiceError ? error : unreachable(error));
  } finally {
    request.resume();
  }
}

/**
 * CloudFormation requests. MiniStack would create a template's ECR resources in its separate ECR, which nothing else
 * sees, and report success, so such templates are refused. A template at a URL (`TemplateURL`) is not inspected.
 */
export async function answerCloudFormation(
  forwarder: Forwarder,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, requestLimit);
    const template = new URLSearchParams(body.toString("utf8")).get("TemplateBody") ?? "";
    const types = [...new Set(template.match(/\bAWS::ECR::\w+/g))];
    if (types.length === 0) {
      forwarder.forward(request, response, { body });
      return;
    }
    const message = `The sandbox cannot create ${types.join(", ")} with CloudFormation. Call ECR directly, or use Pulumi.`;
    // The query protocol's error format, which CloudFormation clients parse.
    const answer = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`;
    response.writeHead(400, { "Content-Type": "text/xml", "Content-Length": Buffer.byteLength(answer) }).end(answer);
  } catch (error) {
    sendError(response, error instanceof ServiceError ? error : unreachable(error));
  } finally {
    request.resume();
  }
}

function readableType(name: string): ReadableType | undefined {
  return Object.hasOwn(readableTypes, name) ? readableTypes[name] : undefined;
}

async function getResource(
  context: GatewayContext,
  caller: Caller,
  type: ReadableType,
  input: unknown,
): Promise<object> {
  for (const action of ["cloudformation:GetResource", type.action]) {
    const { account: resourceAccount, region } = caller;
    await authorize(context, caller.principal, { action, resource: "*", resourceAccount, region });
  }
  const wanted = getRequest.safeParse(input);
  if (!wanted.success) {
    throw new ServiceError(
      "ValidationException",
      "Identifier: found nothing. Must be the resource's primary identifier.",
    );
  }
  const { TypeName, Identifier } = wanted.data;
  const properties = type.read(context, caller, Identifier);
  if (properties === undefined) {
    throw new ServiceError(
      "ResourceNotFoundException",
      `Resource of type '${TypeName}' with identifier '${Identifier}' was not found.`,
    );
  }
  return { TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify(toCloudFormation(properties)) } };
}

/** Property names as CloudFormation spells them: `scanType` becomes `ScanType`. */
function toCloudFormation(value: unknown): unknown {
  if (value instanceof Verbatim) return value.value;
  if (Array.isArray(value)) return value.map(toCloudFormation);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      toCloudFormation(member),
    ]),
  );
}
