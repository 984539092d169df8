import { nist } from "./frameworks";
import { resourceRule } from "./rule";
import { templateContent } from "./templates";
import { Unknown, unknownPaths } from "./unknowns";

/**
 * ECR's resources in other providers, whose properties have other names and forms: AWS Cloud Control (aws-native), any Terraform
 * provider and any Terraform module (`aws:index/ecrRepository:EcrRepository`, `vpc:tf:aws_ecr_repository`), and those that a
 * Kubernetes cluster makes (ACK, Crossplane).
 */
const otherTypes: readonly RegExp[] = [
  /^aws-native:ecr:/,
  /^[^:]+:index\/ecr(?:public)?[A-Z]\w*:Ecr(?:public)?[A-Z]/,
  /^[^:]+:tf:(?:aws|awscc)_ecr(?:public)?_/,
  /^kubernetes:ecr(?:public)?\.[^:]*\/[^:]*:/,
];

/** Resources that make others of whatever type a text of theirs names, and the properties with that text. */
const carriers: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudcontrol/resource:Resource": ["typeName"],
  "aws-native:index:ExtensionResource": ["type"],
  "aws:cloudformation/stack:Stack": ["templateBody", "templateUrl"],
  "aws:cloudformation/stackSet:StackSet": ["templateBody", "templateUrl"],
  "aws-native:cloudformation:Stack": ["templateBody", "templateUrl"],
  "aws-native:cloudformation:StackSet": ["templateBody", "templateUrl"],
};

export const otherProviders = resourceRule<Record<string, never>>({
  name: "ecr-other-providers",
  displayName: "ECR resources are made where this pack sees them",
  description:
    "ECR's resources are those of the AWS provider (aws.ecr, aws.ecrpublic): none of aws-native, Cloud Control, a Terraform provider or " +
    "module, a Kubernetes controller or a CloudFormation template, whose settings no other rule reads.",
  severity: "medium",
  framework: nist(["CM-2", "CM-3", "CM-6"], "Configurations are checked before they are in use"),
  tags: ["coverage"],
  remediationSteps:
    "Make the resource with aws.ecr or aws.ecrpublic; import one that is there already with the resource option `import`.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/ecr/",
  parameters: {},
  types: (type) => isOther(type) || Object.hasOwn(carriers, type),
  judge: (resource, _, findings) => {
    const violation = (at: string, what: string) =>
      findings.violation(
        `${at}: "${resource.name}" is ${what}, whose settings no rule of this pack reads; allowed are ECR resources of the AWS provider. ` +
          "Write it as a resource of aws.ecr or aws.ecrpublic.",
      );
    if (isOther(resource.type)) {
      violation("type", resource.type);
      return;
    }
    for (const property of carriers[resource.type] ?? []) {
      const value = resource.read(property);
      if (value instanceof Unknown) {
        findings.unjudged(`${property} of "${resource.name}", which may make ECR resources, is not known yet.`, value);
      } else if (property === "templateUrl" && value !== undefined) {
        findings.note(`templateUrl: the template of "${resource.name}" is not read here, and may make ECR resources.`);
      } else if (property === "templateBody" && value !== undefined) {
        for (const { path, unknown } of unknownPaths(value, property).filter(({ path: at }) => mayBeType.test(at))) {
          findings.unjudged(`${path} of "${resource.name}", which may make ECR resources, is not known yet.`, unknown);
        }
        const { ecrTypes, elsewhere } = templateContent(value) ?? { ecrTypes: [], elsewhere: [] };
        for (const made of ecrTypes) {
          violation(property, made);
        }
        for (const at of elsewhere) {
          findings.note(
            `templateBody: what ${at} of "${resource.name}" takes in is not read here, and may make ECR resources.`,
          );
        }
      } else if (typeof value === "string" && value.startsWith("AWS::ECR::")) {
        violation(property, value);
      }
    }
  },
});

/** Where in a template that is an object a value that is not known may be a type. */
const mayBeType = /^templateBody(?:\.Resources(?:\.[^.]+(?:\.Type)?)?)?$/;

function isOther(type: string): boolean {
  return otherTypes.some((each) => each.test(type));
}
