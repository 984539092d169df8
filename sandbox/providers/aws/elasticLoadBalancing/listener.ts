import {
  type Action,
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  type Listener,
  ModifyListenerCommand,
  type ProtocolEnum,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { elbCaller, elbTags, tagsOfArn, updateElbTags } from "./elasticLoadBalancingClient";

const action: Schema = {
  order: { type: "number", computed: true },
  targetGroupArn: { type: "string" },
  type: { type: "string", required: true, values: ["forward"] },
};

/** As in the Terraform AWS provider 6.x (internal/service/elbv2/listener.go), limited to forward actions. */
export const listener: AwsResource = {
  type: "aws:lb/listener:Listener",
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    certificateArn: { type: "string" },
    defaultActions: { type: { list: { type: { object: action } } }, required: true },
    loadBalancerArn: { type: "string", required: true, replace: true },
    port: { type: "number" },
    protocol: { type: "string", computed: true },
    sslPolicy: { type: "string", computed: true },
  },

  async create(inputs, scope) {
    const { Listeners } = await step("creating ELBv2 Listener", () =>
      send(
        elbCaller(scope),
        new CreateListenerCommand({
          ...settings(inputs),
          LoadBalancerArn: String(inputs["loadBalancerArn"]),
          DefaultActions: actions(inputs["defaultActions"]),
          Tags: elbTags(inputs["tagsAll"]),
        }),
      ),
    );
    const arn = Listeners?.[0]?.ListenerArn;
    if (arn === undefined) throw new Error("creating ELBv2 Listener: the service gave no ARN");
    return arn;
  },

  async read(id, known, scope) {
    const found = await step(`reading ELBv2 Listener (${id})`, () => find(id, scope));
    if (!found) return undefined;
    const certificate = found.Certificates?.[0]?.CertificateArn;
    return {
      arn: id,
      ...(certificate !== undefined && { certificateArn: certificate }),
      defaultActions: (found.DefaultActions ?? []).map(actionState),
      loadBalancerArn: found.LoadBalancerArn ?? "",
      port: found.Port ?? 0,
      protocol: found.Protocol ?? "",
      sslPolicy: found.SslPolicy ?? "",
      ...tagState(await tagsOfArn(id, scope), known, scope.connection.settings),
    };
  },

  async update(id, olds, news, changed, scope) {
    if (["certificateArn", "defaultActions", "port", "protocol", "sslPolicy"].some(changed)) {
      await step(`modifying ELBv2 Listener (${id})`, () =>
        send(
          elbCaller(scope),
          new ModifyListenerCommand({
            ...settings(news),
            ListenerArn: id,
            DefaultActions: actions(news["defaultActions"]),
          }),
        ),
      );
    }
    await updateElbTags(id, olds, news, scope);
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ELBv2 Listener (${id})`, ["ListenerNotFoundException"], () =>
      send(elbCaller(scope), new DeleteListenerCommand({ ListenerArn: id })),
    );
  },
};

async function find(arn: string, scope: Scope): Promise<Listener | undefined> {
  return undefinedIfGone(["ListenerNotFoundException"], async () => {
    const { Listeners } = await send(elbCaller(scope), new DescribeListenersCommand({ ListenerArns: [arn] }));
    return Listeners?.[0];
  });
}

function settings(inputs: PropertyMap) {
  const text = (key: string) => (typeof inputs[key] === "string" && inputs[key] !== "" ? inputs[key] : undefined);
  const certificate = text("certificateArn");
  return {
    Port: typeof inputs["port"] === "number" ? inputs["port"] : undefined,
    Protocol: text("protocol") as ProtocolEnum | undefined,
    SslPolicy: text("sslPolicy"),
    Certificates: certificate === undefined ? undefined : [{ CertificateArn: certificate }],
  };
}

function actions(value: PropertyValue | undefined): Action[] {
  return (Array.isArray(value) ? value : []).filter(isMap).map((each) => ({
    Type: "forward",
    TargetGroupArn: String(each["targetGroupArn"]),
    Order: typeof each["order"] === "number" ? each["order"] : undefined,
  }));
}

function actionState(each: Action, index: number): PropertyMap {
  return {
    order: each.Order ?? index + 1,
    targetGroupArn: each.TargetGroupArn ?? "",
    type: each.Type ?? "forward",
  };
}
