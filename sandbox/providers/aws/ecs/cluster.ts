import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  UpdateClusterSettingsCommand,
} from "@aws-sdk/client-ecs";
import { isMap, type PropertyValue } from "../../../../provider/protocol/values";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, step } from "../operations";
import type { AwsResource } from "../resource";
import { send } from "../send";
import { tagState } from "../tags";
import { ecsCaller } from "./ecsClient";
import { ecsTags, fromEcsTags, updateEcsTags } from "./ecsTags";

/** As in the Terraform AWS provider 6.x (internal/service/ecs/cluster.go); the ID is the cluster's ARN. */
export const ecsCluster: AwsResource = {
  type: "aws:ecs/cluster:Cluster",
  naming: { property: "name", transform: (name) => name },
  schema: {
    ...regionAndTags,
    arn: { type: "string", output: true },
    name: { type: "string", replace: true },
    settings: {
      type: {
        list: {
          type: {
            object: {
              name: { type: "string", required: true, values: ["containerInsights"] },
              value: { type: "string", required: true },
            },
          },
        },
      },
      computed: true,
    },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    const { cluster } = await step(`creating ECS Cluster (${name})`, () =>
      send(
        ecsCaller(scope),
        new CreateClusterCommand({
          clusterName: name,
          settings: settingsOf(inputs["settings"]),
          tags: ecsTags(inputs["tagsAll"]),
        }),
      ),
    );
    return cluster?.clusterArn ?? name;
  },

  async read(id, known, scope) {
    const { clusters } = await step(`reading ECS Cluster (${id})`, () =>
      send(ecsCaller(scope), new DescribeClustersCommand({ clusters: [id], include: ["SETTINGS", "TAGS"] })),
    );
    const cluster = clusters?.find((each) => each.status !== "INACTIVE");
    return (
      cluster && {
        arn: cluster.clusterArn ?? id,
        name: cluster.clusterName ?? "",
        settings: (cluster.settings ?? []).map(({ name, value }) => ({ name: name ?? "", value: value ?? "" })),
        ...tagState(fromEcsTags(cluster.tags), known, scope.connection.settings),
      }
    );
  },

  async update(id, olds, news, changed, scope) {
    if (changed("settings")) {
      await step(`updating ECS Cluster (${id}) settings`, () =>
        send(
          ecsCaller(scope),
          new UpdateClusterSettingsCommand({ cluster: id, settings: settingsOf(news["settings"]) ?? [] }),
        ),
      );
    }
    await updateEcsTags(id, olds, news, scope);
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`ECS Cluster (${id})`, ["ClusterNotFoundException"], () =>
      send(ecsCaller(scope), new DeleteClusterCommand({ cluster: id })),
    );
  },
};

function settingsOf(settings: PropertyValue | undefined) {
  if (!Array.isArray(settings) || settings.length === 0) return undefined;
  return settings.filter(isMap).map(({ name, value }) => ({ name: name as "containerInsights", value: String(value) }));
}
