import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { EcrStack } from "../../outputs";
import { workloadObjects } from "./workload";

// The kubelet pulls images with the node's role, not with pod identities or service account roles.
const config = new pulumi.Config();
const name = config.get("image") ?? "petclinic";

const image = new EcrStack({ environment: config.get("environment") || undefined }).privateImage(name);

// Allows only this repository; AWS's managed policy for nodes allows all repositories.
new aws.iam.RolePolicy(`${name}-pull`, { role: config.require("nodeRole"), policy: image.repository.pullPolicy });

/** To apply it: `pulumi stack output manifest | kubectl apply -f -` */
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
/** The manifest's image, by digest. */
export const reference = image.reference;
