import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { asStrings, isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step, undefinedIfGone } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { asTagList, fromTagList, tagState, updateTags } from "../tags";
import { ec2Caller } from "./ec2Client";

const rule: Schema = {
  protocol: { type: "string", required: true, equal: sameProtocol },
  fromPort: { type: "number", required: true },
  toPort: { type: "number", required: true },
  cidrBlocks: { type: "stringSet" },
  ipv6CidrBlocks: { type: "stringSet" },
  securityGroups: { type: "stringSet" },
  self: { type: "boolean", default: false },
  description: { type: "string" },
};

/** As in the Terraform AWS provider 6.x (internal/service/ec2/vpc_security_group.go). */
export const securityGroup: AwsResource = {
  type: "aws:ec2/securityGroup:SecurityGroup",
  naming: { property: "name", transform: (name) => name },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    description: { type: "string", default: "Managed by Pulumi", replace: true },
    egress: { type: { list: { type: { object: rule } } }, computed: true },
    ingress: { type: { list: { type: { object: rule } } }, computed: true },
    name: { type: "string", computed: true, replace: true },
    ownerId: { type: "string", output: true },
    revokeRulesOnDelete: { type: "boolean", default: false },
    vpcId: { type: "string", computed: true, replace: true },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    return step(`creating Security Group (${name})`, async () => {
      const { GroupId } = await send(
        ec2Caller(scope),
        new CreateSecurityGroupCommand({
          GroupName: name,
          Description: String(inputs["description"]),
          VpcId: typeof inputs["vpcId"] === "string" ? inputs["vpcId"] : undefined,
          TagSpecifications: tagSpecifications(inputs["tagsAll"]),
        }),
      );
      if (GroupId === undefined) throw new Error("the service gave no id");
      // AWS allows all egress from a new group; the released provider removes that rule, so that only the program's
      // rules apply.
      const group = await find(GroupId, scope);
      await setRules(
        GroupId,
        group?.IpPermissionsEgress ?? [],
        permissions(inputs["egress"], GroupId),
        "egress",
        scope,
      );
      await setRules(GroupId, [], permissions(inputs["ingress"], GroupId), "ingress", scope);
      return GroupId;
    });
  },

  async read(id, known, scope) {
    const group = await step(`reading Security Group (${id})`, () => find(id, scope));
    return (
      group && {
        arn: `arn:aws:ec2:${scope.region}:${group.OwnerId ?? ""}:security-group/${id}`,
        description: group.Description ?? "",
        egress: rulesState(group.IpPermissionsEgress, known["egress"], group),
        ingress: rulesState(group.IpPermissions, known["ingress"], group),
        name: group.GroupName ?? "",
        ownerId: group.OwnerId ?? "",
        vpcId: group.VpcId ?? "",
        ...tagState(fromTagList(group.Tags), known, scope.connection.settings),
      }
    );
  },

  async update(id, olds, news, changed, scope) {
    const group = await find(id, scope);
    for (const [direction, current] of [
      ["egress", group?.IpPermissionsEgress],
      ["ingress", group?.IpPermissions],
    ] as const) {
      if (!changed(direction)) continue;
      await step(`updating Security Group (${id}) ${direction}`, () =>
        setRules(id, current ?? [], permissions(news[direction], id), direction, scope),
      );
    }
    await updateTags(`resource (${id})`, olds, news, {
      untag: (keys) =>
        send(ec2Caller(scope), new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) })),
      tag: (tags) => send(ec2Caller(scope), new CreateTagsCommand({ Resources: [id], Tags: tags })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`Security Group (${id})`, ["InvalidGroup.NotFound"], () =>
      send(ec2Caller(scope), new DeleteSecurityGroupCommand({ GroupId: id })),
    );
  },
};

async function find(id: string, scope: Scope): Promise<SecurityGroup | undefined> {
  return undefinedIfGone(["InvalidGroup.NotFound", "InvalidGroupId.Malformed"], async () => {
    const { SecurityGroups } = await send(ec2Caller(scope), new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    return SecurityGroups?.[0];
  });
}

async function setRules(
  GroupId: string,
  before: IpPermission[],
  after: IpPermission[],
  direction: "ingress" | "egress",
  scope: Scope,
): Promise<void> {
  const rules = (IpPermissions: IpPermission[]) => ({ GroupId, IpPermissions });
  const ec2 = ec2Caller(scope);
  if (direction === "ingress") {
    if (before.length > 0) await send(ec2, new RevokeSecurityGroupIngressCommand(rules(before)));
    if (after.length > 0) await send(ec2, new AuthorizeSecurityGroupIngressCommand(rules(after)));
  } else {
    if (before.length > 0) await send(ec2, new RevokeSecurityGroupEgressCommand(rules(before)));
    if (after.length > 0) await send(ec2, new AuthorizeSecurityGroupEgressCommand(rules(after)));
  }
}

/** "all" and "-1" are the same; the service returns "-1". */
function sameProtocol(left: PropertyValue, right: PropertyValue): boolean {
  const plain = (value: PropertyValue) => (value === "all" ? "-1" : String(value).toLowerCase());
  return plain(left) === plain(right);
}

function permissions(rules: PropertyValue | undefined, ownId: string): IpPermission[] {
  return (Array.isArray(rules) ? rules : []).filter(isMap).map((each) => {
    const Description = typeof each["description"] === "string" ? each["description"] : undefined;
    const protocol = each["protocol"] === "all" ? "-1" : String(each["protocol"]);
    return {
      IpProtocol: protocol,
      // With all protocols there are no ports.
      ...(protocol !== "-1" && { FromPort: Number(each["fromPort"]), ToPort: Number(each["toPort"]) }),
      IpRanges: asStrings(each["cidrBlocks"]).map((CidrIp) => ({ CidrIp, Description })),
      Ipv6Ranges: asStrings(each["ipv6CidrBlocks"]).map((CidrIpv6) => ({ CidrIpv6, Description })),
      UserIdGroupPairs: [...asStrings(each["securityGroups"]), ...(each["self"] === true ? [ownId] : [])].map(
        (GroupId) => ({
          GroupId,
          Description,
        }),
      ),
    };
  });
}

/** The service's rules in the order of the program; those the program does not have come last. */
function rulesState(
  found: IpPermission[] | undefined,
  known: PropertyValue | undefined,
  group: SecurityGroup,
): PropertyMap[] {
  const rules = (found ?? []).map((each) => ruleState(each, group));
  const wanted = (Array.isArray(known) ? known : []).filter(isMap).map(identity);
  const place = (each: PropertyMap) => {
    const index = wanted.indexOf(identity(each));
    return index < 0 ? wanted.length : index;
  };
  return rules.sort((a, b) => place(a) - place(b));
}

function ruleState(permission: IpPermission, group: SecurityGroup): PropertyMap {
  const ranges = permission.IpRanges ?? [];
  const ipv6 = permission.Ipv6Ranges ?? [];
  const pairs = permission.UserIdGroupPairs ?? [];
  const description = [...ranges, ...ipv6, ...pairs].find((each) => each.Description)?.Description;
  return {
    protocol: permission.IpProtocol ?? "",
    fromPort: permission.FromPort ?? 0,
    toPort: permission.ToPort ?? 0,
    cidrBlocks: ranges.map((each) => each.CidrIp ?? ""),
    ipv6CidrBlocks: ipv6.map((each) => each.CidrIpv6 ?? ""),
    securityGroups: pairs.map((each) => each.GroupId ?? "").filter((each) => each !== group.GroupId),
    self: pairs.some((each) => each.GroupId === group.GroupId),
    ...(description !== undefined && { description }),
  };
}

function identity(each: PropertyMap): string {
  const protocol = each["protocol"] === "all" ? "-1" : each["protocol"];
  const ports = protocol === "-1" ? [0, 0] : [each["fromPort"], each["toPort"]];
  const sources = ["cidrBlocks", "ipv6CidrBlocks", "securityGroups"].map((key) => asStrings(each[key]).sort());
  return JSON.stringify([protocol, ...ports, sources, each["self"] === true]);
}

function tagSpecifications(tags: PropertyValue | undefined) {
  const Tags = asTagList(tags);
  return Tags.length > 0 ? [{ ResourceType: "security-group" as const, Tags }] : undefined;
}
