import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EcrStack } from "../../outputs";

// The image of the ECR stack, by digest, as a function. Lambda fetches it by the repository's policy (`lambdaPull` in the
// ECR stack's config), not by the function's role.
const config = new pulumi.Config();
const name = config.get("image") ?? "visits";

const image = new EcrStack({ environment: config.get("environment") || undefined }).privateImage(name);

const logs = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}`, retentionInDays: 30 });

// Writes to this one log group and nothing more.
const role = new aws.iam.Role(name, {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
});
const rights = new aws.iam.RolePolicy(name, {
  role: role.name,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: pulumi.interpolate`${logs.arn}:*`,
      },
    ],
  }),
});

const visits = new aws.lambda.Function(
  name,
  {
    name,
    packageType: "Image",
    imageUri: image.reference,
    architectures: ["x86_64"],
    role: role.arn,
    memorySize: 256,
    timeout: 10,
  },
  { dependsOn: [rights, logs] },
);

export const functionName = visits.name;
export const functionArn = visits.arn;
/** The image that runs, by digest. */
export const reference = image.reference;
