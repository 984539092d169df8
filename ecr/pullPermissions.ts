import { lambdaPullActions, type PolicyDocument, type PolicyStatement, pullActions } from "./accessPolicy";
import type { Fault } from "./faults";
import { isObject } from "./jsonObjects";
import { byKind } from "./pushPermissions";
import { repositoryArnFaults } from "./repositoryArns";

const loginAction = "ecr:GetAuthorizationToken";

/** Who fetches images for a workload. The three that take a role trust a service of AWS, see {@link consumerTrust}. */
export const imageConsumers = ["ecs", "eksNode", "eksPod"] as const;
/**
 * `ecs`: the task execution role, with which ECS pulls before a task starts. `eksNode`: the role of the nodes, with which
 * the kubelet pulls for every pod. `eksPod`: EKS Pod Identity, for pods that talk to the registry themselves (it is not
 * used to pull a pod's own image).
 */
export type ImageConsumer = (typeof imageConsumers)[number];

/**
 * The policy of an identity that pulls from these private repositories: a login, and the pull actions on what is named.
 * Goes to an ECS task execution role, an EKS node role, or the role of a pod. Anyone pulls from public repositories: they
 * need no entry and are left out.
 *
 * In another account the repository's own policy must let the identity in as well.
 *
 * @param arns Without faults: see {@link pullPermissionFaults}.
 */
export function pullPermissions(arns: readonly string[]): PolicyDocument {
  const { privateArns } = byKind(arns);
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
 * Whether a policy document, as JSON, allows no more than {@link pullPermissions} of one repository: for a document that
 * somebody else wrote. Never throws.
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
 * What is no document has one statement that allows nothing known. So has one in which AWS could read something else: with
 * another spelling of an element, or with one twice, of which JSON.parse shows the last alone.
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
 * What the identity needs that creates or updates a Lambda function from an image of these repositories; the function's
 * own role needs nothing: Lambda fetches the image itself (Lambda developer guide, create a function using a container
 * image: Amazon ECR permissions).
 *
 * @param addsRepositoryPolicy Whether Lambda is to write its permission into the repository's policy itself, on behalf of
 *   this identity. @default false: the repository says so already (`lambdaPull` of its component)
 */
export function lambdaDeployPermissions(arns: readonly string[], addsRepositoryPolicy = false): PolicyDocument {
  const { privateArns } = byKind(arns);
  const actions = addsRepositoryPolicy
    ? [...lambdaPullActions, "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"]
    : [...lambdaPullActions];
  return document(
    privateArns.length === 0
      ? []
      : [{ Sid: "CreateFromImage", Effect: "Allow", Action: actions, Resource: privateArns }],
  );
}

/** Why nobody can be given a pull from these repositories. Never throws. */
export function pullPermissionFaults(arns: readonly unknown[], path: string): Fault[] {
  if (arns.length === 0) {
    return [
      { path, value: arns, rule: "a pull is allowed from at least one repository.", fix: "name the repositories." },
    ];
  }
  return arns.flatMap((arn, index) => repositoryArnFaults(arn, `${path}[${index}]`));
}

/**
 * The trust policy of a role for a consumer. ECS and Pod Identity tell for which account they act, so that another
 * account's tasks and clusters cannot make the service use this role (the confused deputy); EC2 only takes a role of the
 * instance's own account.
 *
 * @param account The role's account: twelve digits.
 */
export function consumerTrust(consumer: ImageConsumer, account: string): PolicyDocument {
  const own = { StringEquals: { "aws:SourceAccount": account } };
  const trusts: Record<ImageConsumer, PolicyStatement> = {
    ecs: trust("ecs-tasks.amazonaws.com", "sts:AssumeRole", own),
    eksNode: trust("ec2.amazonaws.com", "sts:AssumeRole"),
    // EKS user guide, EKS Pod Identity role: sessions are tagged with the cluster, namespace and pod.
    eksPod: trust("pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"], own),
  };
  return document([trusts[consumer]]);
}

function trust(service: string, actions: string | string[], condition?: PolicyStatement["Condition"]): PolicyStatement {
  return {
    Effect: "Allow",
    Principal: { Service: service },
    Action: actions,
    ...(condition && { Condition: condition }),
  };
}

function document(statements: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
