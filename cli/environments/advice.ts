/** A known fault of a Pulumi command, recognized by its message, and what to do. */
interface Advice {
  pattern: RegExp;
  /** Sentences; ENV is replaced by the environment. */
  text: string;
}

/**
 * Messages of Pulumi, AWS, and Docker that say what happened but not what to do. This project's own messages include
 * the fix. Each advice is followed, word by word, by a test: tests/sandbox/faults/adviceScenarios.ts.
 */
export const advices = {
  repositoryExists: {
    pattern: /RepositoryAlreadyExistsException/,
    text:
      "A repository of this name exists outside this stack: created by hand, by another stack, or by an update that " +
      "was killed. If another stack has it, choose another `repositoryName`, or let that stack release it first " +
      "(`retainOnDelete: true`, docs/stack-life.md): otherwise each stack would overwrite the other's changes. To adopt it, write " +
      "`import: <its name>` in its settings in Pulumi.ENV.yaml, run `npm run up -- ENV` once, and remove the line " +
      "again. It then has this program's lifecycle policy, which deletes images: `npm run lifecycle -- preview --repository " +
      "<its name> --region <its region> --policy <a file with your rules>` shows which ones beforehand (docs/coming-from.md).",
  },
  aliasExists: {
    pattern: /AlreadyExistsException: (An alias|Alias) /,
    text:
      "A key alias exists outside this stack: created by another stack, or by an update whose connection was cut. " +
      "`aws kms list-aliases` shows its key; if no other stack owns it, `aws kms delete-alias --alias-name <its " +
      "name>` removes only the alias, and `npm run up -- ENV` creates it again.",
  },
  repositoryNotFound: {
    // Changing a missing key, role, or topic gives the same error; a resource that is only looked up was not created by
    // the stack.
    pattern:
      /RepositoryNotFoundException|The repository with name '[^']+' does not exist|operation error \w+: (Put|Update|Tag|Untag|Set|Add|Remove|Enable)\w+, .*(\bNotFoundException|NoSuchEntityException)/,
    text:
      "A resource of the stack is missing. First check `aws sts get-caller-identity`: in another account than the " +
      "stack's, everything is missing, and a refresh would remove all of it from the state. In the stack's own account it was deleted: `npx pulumi refresh " +
      "--stack ENV` removes it from the state, and the next `npm run up -- ENV` creates it again.",
  },
  principalNotFound: {
    pattern: /Principal not found/,
    text:
      "A policy names a user or role that does not exist in its account: misspelt, not created yet, or deleted. ECR checks each " +
      "of them. Create the role first, or correct its ARN (with its path) in Pulumi.ENV.yaml; an account id lets the " +
      "account decide, and needs no role.",
  },
  loginRefused: {
    pattern: /authorization token has expired|authentication (is )?required|no basic auth credentials/i,
    text:
      "The registry rejected the login, which is valid for 12 hours. Run the same command again: each run logs in again, and " +
      "layers that have arrived are not sent again.",
  },
  tooManyRequests: {
    pattern: /toomanyrequests|ThrottlingException|Rate exceeded/i,
    text:
      "The service is throttling requests. What was done is kept: run the same command again in a minute. `aws:maxRetries` in " +
      "Pulumi.ENV.yaml makes the provider retry for longer.",
  },
  sandboxPart: {
    pattern: /start it again with `npm run local`/,
    text:
      "A part of the sandbox was stopped or killed. What was done is kept: `npm run local` restarts it, and so does " +
      "the same command in `npm run sandbox -- COMMAND`.",
  },
  serviceFailed: {
    pattern: /StatusCode: 5\d\d|unexpected HTTP status: 5\d\d|exceeded maximum number of attempts/,
    text:
      "The service failed, or did not answer, at every attempt. What was done is kept: run the same command again; if it " +
      "fails again, check the service's health.",
  },
  noDocker: {
    pattern: /failed to connect to any docker daemon/,
    text:
      "The stack has an image that Docker built, and Pulumi's Docker provider looks for an engine in each run, in a preview too. " +
      "Start Docker, or name an engine with DOCKER_HOST. Where there is none, write `builder: buildkit` among the image's " +
      "settings in Pulumi.ENV.yaml: nothing is built for that, and previews need no Docker any more (docs/builds.md).",
  },
  unreachable: {
    pattern:
      /connection refused|ECONNREFUSED|ECONNRESET|connection reset|socket hang up|ENOTFOUND|no such host|docker daemon running\?|: EOF$/im,
    text:
      "An endpoint could not be reached, or the connection was cut: check the network, AWS_ENDPOINT_URL, and whether " +
      "Docker runs (`npm run local` restarts stopped parts of the sandbox). What was done is kept: run the same command again.",
  },
  locked: {
    pattern: /stack is currently locked/,
    text:
      "Another update of this stack is running: wait for it. Only if none is running, because it was killed: `npx pulumi cancel --stack " +
      "ENV`, then the same command again.",
  },
  pendingOperations: {
    pattern: /pending operations from previous deployment/,
    text:
      "An update was killed in the middle of a change. If this one succeeded: `npx pulumi refresh --stack ENV " +
      "--clear-pending-creates` clears the pending operations.",
  },
  unreadableState: {
    pattern: /failed to load checkpoint/,
    text:
      "The stack's state cannot be read. Nothing was changed: restore the backend's last complete copy, with a file " +
      "backend by copying `.pulumi/stacks/ecr/ENV.json.bak` over `ENV.json`, then run `npx pulumi refresh --stack ENV`.",
  },
} satisfies Record<string, Advice>;

export type AdviceName = keyof typeof advices;

/**
 * What to do after a Pulumi command with faults.
 *
 * @param messages Its diagnostics and stderr.
 * @param environment Its stack's name.
 * @returns One line for each known fault, without duplicates; empty when none is known.
 */
export function adviceFor(messages: string, environment: string): string[] {
  return Object.values(advices)
    .filter(({ pattern }) => pattern.test(messages))
    .map(({ text }) => text.replaceAll("ENV", environment));
}
