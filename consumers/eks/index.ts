import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { EcrStack } from "../../outputs";
import { workloadObjects } from "./workload";

// The kubelet pulls with the role of its node: pod identities and service-account roles are not used for a pod's own image.
const config = new pulumi.Config();
const name = config.get("image") ?? "petclinic";

const image = new EcrStack({ environment: config.get("environment") || undefined }).privateImage(name);

// This one repository; AWS's managed policy for nodes may pull from all of them.
new aws.iam.RolePolicy(`${name}-pull`, { role: config.require("nodeRole"), policy: image.repository.pullPolicy });

/** For `kubectl apply -f -`: `pulumi stack output manifest | kubectl apply -f -` */
export const manifest = image.reference.apply((reference) =>
  workloadObjects({
    name,
    namespace: config.get("namespace") ?? "default",
    image: reference,
    port: 8080,
    replicas: config.getNumber("replicas") ?? 2,
  })
    .map((object) => stringify(object))
    .join("---\n"),
);
/** The image that runs, by digest. */
export const reference = image.reference;
