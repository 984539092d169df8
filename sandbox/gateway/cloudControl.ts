import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Caller } from "./caller";
import type { GatewayContext } from "./context";
import type { Forwarder } from "./forward";
import { authorize } from "./iam/authorizer";
import { unreachable } from "./ministackClient";
import { scanningConfiguration } from "./scans";
import { pullTimeExclusions, registryPolicies, replicationConfigurations } from "./state/registrySettings";
import { parseInput, readBody, sendError, sendOutput } from "./wire/json";
import { ServiceError } from "./wire/serviceError";

const targetPrefix = "CloudApiService.";
const signingName = "cloudcontrolapi";

/** Requests of Cloud Control carry a resource's properties, which CloudFormation limits to 256 KiB. */
const requestLimit = 1024 * 1024;

const typedRequest = z.looseObject({ TypeName: z.string() });
const getRequest = z.looseObject({ TypeName: z.string(), Identifier: z.string().min(1) });

/** How a type of CloudFormation's is read: what its handler asks of ECR, and the properties that it makes of the answer. */
interface ReadableType {
  /** The action that the caller needs beside `cloudformation:GetResource`: handlers act with the caller's rights. */
  action: string;
  /** `undefined`: there is no such resource. */
  read(context: GatewayContext, caller: Caller, identifier: string): object | undefined;
}

/**
 * What a registry has once is identified by the registry's id. Reading what nobody has set is an error: CloudFormation's
 * handlers have to answer NotFound after a deletion, and deleting these puts the default back.
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
  "AWS::ECR::PullTimeUpdateExclusion": {
    action: "ecr:ListPullTimeUpdateExclusions",
    read: (context, caller, principalArn) =>
      pullTimeExclusions.get(context.store, caller, principalArn) === undefined ? undefined : { principalArn },
  },
};

/** A value whose members are not properties of CloudFormation's, such as a policy. */
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
 * Cloud Control's requests about ECR: four types can be read here, out of the gateway's own state. MiniStack has an ECR of
 * its own behind Cloud Control, which nobody else sees, so everything else about ECR is refused by name; requests about
 * other services are MiniStack's.
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
        `The sandbox has no ${target.slice(targetPrefix.length)} of ${typeName} by Cloud Control: call ECR itself. GetResource reads ${readable}.`,
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
 * CloudFormation's requests: MiniStack would make an ECR's resources of a template in the ECR of its own that nobody else
 * sees, and say that all went well. A template at an address (`TemplateURL`) is not looked into.
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
    const message = `The sandbox makes no ${types.join(", ")} by CloudFormation: call ECR itself, or use Pulumi.`;
    // As the query protocol has it, which CloudFormation's clients read.
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
  return { TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify(inProperties(properties)) } };
}

/** Members as CloudFormation spells them: `scanType` is `ScanType` there. */
function inProperties(value: unknown): unknown {
  if (value instanceof Verbatim) return value.value;
  if (Array.isArray(value)) return value.map(inProperties);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.charAt(0).toUpperCase() + key.slice(1), inProperties(member)]),
  );
}
