import { lambdaPullActions, type PolicyDocument, type PolicyStatement, pullActions } from "../accessPolicy";
import type { Fault } from "../faults";
import { repositoryArnFaults } from "../names/repositoryArns";
import { isObject } from "../values/jsonObjects";
import { splitByKind } from "./pushPermissions";

const loginAction = "ecr:GetAuthorizationToken";

/** Who pulls the images of a workload. */
export const imageConsumers = ["ecs", "eksNode", "eksPod"] as const;
/**
 * `ecs`: the task execution role, which ECS pulls with before a task starts. `eksNode`: the role of the nodes, which
 * the kubelet pulls with for every pod. `eksPod`: EKS Pod Identity, for pods that access the registry themselves (it is
 * not used to pull a pod's own image).
 */
export type ImageConsumer = (typeof imageConsumers)[number];

/**
 * The policy of an identity that pulls from these private repositories: login, and the pull actions on the
 * repositories. Attach it to an ECS task execution role, an EKS node role, or a pod's role. Public repositories can be
 * pulled by anyone and are skipped.
 *
 * In another account, the repository's own policy must also allow the identity.
 *
 * @param arns Without faults: see {@link pullPermissionFaults}.
 */
export function pullPermissions(arns: readonly string[]): PolicyDocument {
  const { privateArns } = splitByKind(arns);
  return document(
    privateArns.length === 0
      ? []
      : [
          { Sid: "Login", Effect: "Allow", Action: loginAction, Resource: "*" },
          { Sid: "Pull", Effect: "Allow", Action: [...pullActions], Resource: privateArns },
        ],
  );
}

/**
 * Whether a JSON policy document that somebody else wrote allows no more than {@link pullPermissions} for one
 * repository. Never throws.
 */
export function allowsOnlyPull(document: string, arn: string): boolean {
  const known = ["Sid", "Effect", "Action", "Resource"];
  return statementsIn(document).every((statement) => {
    if (!isObject(statement) || Object.keys(statement).some((key) => !known.includes(key))) return false;
    const actions = [statement["Action"]].flat();
    const isLogin = actions.every((action) => action === loginAction);
    const isPull = actions.every((action) => (pullActions as readonly unknown[]).includes(action));
    const resources = [statement["Resource"]].flat();
    return isLogin || (isPull && resources.length > 0 && resources.every((resource) => resource === arn));
  });
}

/**
 * A document that cannot be parsed yields one statement that never counts as allowed. So does one that AWS could
 * interpret differently: with another spelling of an element, or with a repeated one, of which JSON.parse returns only
 * the last.
 */
function statementsIn(document: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(document);
    const isPlain =
      isObject(parsed) && Object.keys(parsed).every((key) => ["Version", "Id", "Statement"].includes(key));
    const isAllThere = isPlain && parsed["Statement"] !== undefined && JSON.stringify(parsed) === document;
    return isAllThere ? [parsed["Statement"]].flat() : [undefined];
  } catch {
    return [undefined];
  }
}

/**
 * What an identity needs to create or update a Lambda function from an image in these repositories. The function's own
 * role needs nothing: Lambda fetches the image itself (Lambda developer guide, create a function using a container
 * image: Amazon ECR permissions).
 *
 * @param addsRepositoryPolicy Whether Lambda adds its permission to the repository's policy itself, on behalf of this
 * identity. @default false: the repository's policy already has it (`lambdaPull` of its component)
 */
export function lambdaDeployPermissions(arns: readonly string[], addsRepositoryPolicy = false): PolicyDocument {
  const { privateArns } = splitByKind(arns);
  const actions = addsRepositoryPolicy
    ? [...lambdaPullActions, "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"]
    : [...lambdaPullActions];
  return document(
    privateArns.length === 0
      ? []
      : [{ Sid: "CreateFromImage", Effect: "Allow", Action: actions, Resource: privateArns }],
  );
}

/** Why permission to pull from these repositories cannot be granted. Never throws. */
export function pullPermissionFaults(arns: readonly unknown[], path: string): Fault[] {
  if (arns.length === 0) {
    return [
      { path, value: arns, rule: "must name at least one repository to pull from.", fix: "name the repositories." },
    ];
  }
  return arns.flatMap((arn, index) => repositoryArnFaults(arn, `${path}[${index}]`));
}

function document(statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
