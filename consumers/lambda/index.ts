import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EcrStack } from "../../outputs";

// Runs the ECR stack's image, by digest, as a function. Lambda may pull it because of the repository policy (`lambdaPull`
// in the ECR stack's config), not the function's role.
const config = new pulumi.Config();
const name = config.get("image") ?? "visits";

const image = new EcrStack({ environment: config.get("environment") || undefined }).privateImage(name);

const logs = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}`, retentionInDays: 30 });

// May only write to this log group.
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
/** The running image, by digest. */
export const reference = image.reference;
