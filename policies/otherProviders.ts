import { nist } from "./frameworks";
import { resourceRule } from "./rule";
import { Unknown } from "./unknowns";

/** ECR's resources in the AWS Cloud Control provider (aws-native), whose properties have other names and forms. */
const nativeTypes: readonly string[] = [
  "PublicRepository",
  "PullThroughCacheRule",
  "PullTimeUpdateExclusion",
  "RegistryPolicy",
  "RegistryScanningConfiguration",
  "ReplicationConfiguration",
  "Repository",
  "RepositoryCreationTemplate",
  "SigningConfiguration",
].map((name) => `aws-native:ecr:${name}`);

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
    "ECR's resources are those of the AWS provider (aws.ecr, aws.ecrpublic): none of aws-native, Cloud Control or a CloudFormation " +
    "template, whose settings no other rule reads.",
  severity: "medium",
  framework: nist(["CM-2", "CM-3", "CM-6"], "Configurations are checked before they are in use"),
  tags: ["coverage"],
  remediationSteps:
    "Make the resource with aws.ecr or aws.ecrpublic; import one that is there already with the resource option `import`.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/ecr/",
  parameters: {},
  types: [...nativeTypes, ...Object.keys(carriers)],
  judge: (resource, _, findings) => {
    const violation = (at: string, what: string) =>
      findings.violation(
        `${at}: "${resource.name}" is ${what}, whose settings no rule of this pack reads; allowed are ECR resources of the AWS provider. ` +
          "Write it as a resource of aws.ecr or aws.ecrpublic.",
      );
    if (nativeTypes.includes(resource.type)) {
      violation("type", resource.type);
      return;
    }
    for (const property of carriers[resource.type] ?? []) {
      const value = resource.read(property);
      if (value instanceof Unknown) {
        findings.unjudged(`${property} of "${resource.name}", which may make ECR resources, is not known yet.`, value);
      } else if (property === "templateUrl" && value !== undefined) {
        findings.note(`templateUrl: the template of "${resource.name}" is not read here, and may make ECR resources.`);
      } else {
        for (const made of ecrTypesIn(value)) {
          violation(property, made);
        }
      }
    }
  },
});

/** ECR's types that a text names as CloudFormation does: `AWS::ECR::Repository`. */
function ecrTypesIn(value: unknown): string[] {
  return [...new Set(JSON.stringify(value ?? "").match(/AWS::ECR::[A-Za-z]+/g))];
}
