import { nist } from "../engine/frameworks";
import { resourceRule } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { templateContent } from "./templates";

/**
 * ECR resources of other providers, whose properties differ: AWS Cloud Control (aws-native), any Terraform provider or
 * module (`aws:index/ecrRepository:EcrRepository`, `vpc:tf:aws_ecr_repository`), and Kubernetes controllers (ACK,
 * Crossplane).
 */
const otherTypes: readonly RegExp[] = [
  /^aws-native:ecr:/,
  /^[^:]+:index\/ecr(?:public)?[A-Z]\w*:Ecr(?:public)?[A-Z]/,
  /^[^:]+:tf:(?:aws|awscc)_ecr(?:public)?_/,
  /^kubernetes:ecr(?:public)?\.[^:]*\/[^:]*:/,
];

/** Resources that create others of any type, and the properties that name the type or hold the template. */
const genericResources: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudcontrol/resource:Resource": ["typeName"],
  "aws-native:index:ExtensionResource": ["type"],
  "aws:cloudformation/stack:Stack": ["templateBody", "templateUrl"],
  "aws:cloudformation/stackSet:StackSet": ["templateBody", "templateUrl"],
  "aws-native:cloudformation:Stack": ["templateBody", "templateUrl"],
  "aws-native:cloudformation:StackSet": ["templateBody", "templateUrl"],
};

export const otherProviders = resourceRule<Record<string, never>>({
  name: "ecr-other-providers",
  displayName: "ECR resources are created by the AWS provider",
  description:
    "ECR resources are created by the AWS provider (aws.ecr, aws.ecrpublic), not by aws-native, Cloud Control, a Terraform provider or " +
    "module, a Kubernetes controller or a CloudFormation template, whose settings no other rule reads.",
  severity: "medium",
  framework: nist(["CM-2", "CM-3", "CM-6"], "Configurations are checked before use"),
  tags: ["coverage"],
  remediationSteps:
    "Create the resource with aws.ecr or aws.ecrpublic; import an existing one with the resource option `import`.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/ecr/",
  parameters: {},
  types: (type) => isOther(type) || Object.hasOwn(genericResources, type),
  judge: (resource, _, findings) => {
    const violation = (at: string, what: string) =>
      findings.violation(
        `${at}: "${resource.name}" is ${what}, whose settings no rule of this pack reads. Must be a resource of the AWS provider. ` +
          "Write it with aws.ecr or aws.ecrpublic.",
      );
    if (isOther(resource.type)) {
      violation("type", resource.type);
      return;
    }
    for (const property of genericResources[resource.type] ?? []) {
      const value = resource.read(property);
      if (value instanceof Unknown) {
        findings.unjudged(
          `${property} of "${resource.name}", which may create ECR resources, is not known yet.`,
          value,
        );
      } else if (property === "templateUrl" && value !== undefined) {
        findings.note(
          `templateUrl: the template of "${resource.name}" is not read here, and may create ECR resources.`,
        );
      } else if (property === "templateBody" && value !== undefined) {
        for (const { path, unknown } of unknownPaths(value, property).filter(({ path: at }) => mayBeType.test(at))) {
          findings.unjudged(
            `${path} of "${resource.name}", which may create ECR resources, is not known yet.`,
            unknown,
          );
        }
        const { ecrTypes, elsewhere } = templateContent(value) ?? { ecrTypes: [], elsewhere: [] };
        for (const made of ecrTypes) {
          violation(property, made);
        }
        for (const at of elsewhere) {
          findings.note(
            `templateBody: what ${at} of "${resource.name}" includes is not read here, and may create ECR resources.`,
          );
        }
      } else if (typeof value === "string" && value.startsWith("AWS::ECR::")) {
        violation(property, value);
      }
    }
  },
});

/** Paths in a template object where an unknown value may be, or contain, a type. */
const mayBeType = /^templateBody(?:\.Resources(?:\.[^.]+(?:\.Type)?)?)?$/;

function isOther(type: string): boolean {
  return otherTypes.some((each) => each.test(type));
}
