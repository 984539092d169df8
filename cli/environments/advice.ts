/** A fault that a command of Pulumi can end with, known by words of its message, and what to do. */
interface Advice {
  words: RegExp;
  /** Sentences; ENV stands for the environment. */
  text: string;
}

/**
 * Messages of Pulumi, AWS and Docker, which say what happened and not what comes next. What this project says itself
 * holds its fix already. Each is followed, word by word, by a test: tests/sandbox/faults/adviceScenarios.ts.
 */
export const advices = {
  repositoryExists: {
    words: /RepositoryAlreadyExistsException/,
    text:
      "A repository of this name exists that the stack does not know: made by hand, by another stack, or by an update that " +
      "was killed. When another stack has it, choose another `repositoryName`, or let that stack leave it first " +
      "(`retainOnDelete: true`, docs/stack-life.md): each would change and delete it under the other. To adopt it, write " +
      "`import: <its name>` among its settings in Pulumi.ENV.yaml, run `npm run up -- ENV` once, and take the line out " +
      "again. It then has the program's lifecycle policy, which deletes images: `npm run lifecycle -- preview --repository " +
      "<its name> --region <its region> --policy <a file with your rules>` says which before (docs/coming-from.md).",
  },
  aliasExists: {
    words: /AlreadyExistsException: (An alias|Alias) /,
    text:
      "A key's alias exists that the stack does not know: made by another stack, or by an update whose connection was cut. " +
      "`aws kms list-aliases` says which key it names; when that is no other stack's, `aws kms delete-alias --alias-name <its " +
      "name>` takes nothing but the name away, and `npm run up -- ENV` makes it anew.",
  },
  repositoryNotFound: {
    // A change of a key, role or topic that is gone says so too; what is only looked up was not made by the stack.
    words:
      /RepositoryNotFoundException|The repository with name '[^']+' does not exist|operation error \w+: (Put|Update|Tag|Untag|Set|Add|Remove|Enable)\w+, .*(\bNotFoundException|NoSuchEntityException)/,
    text:
      "Something that the stack made is not there. First look at `aws sts get-caller-identity`: in another account than the " +
      "stack's nothing is there, and a refresh would forget all of it. In the stack's own it was deleted: `npx pulumi refresh " +
      "--stack ENV` takes it out of the state, and the next `npm run up -- ENV` makes it anew.",
  },
  principalNotFound: {
    words: /Principal not found/,
    text:
      "A policy names a user or role that its account does not have: misspelt, not made yet, or deleted. ECR looks each " +
      "of them up. Make the role first, or correct its ARN (with its path) in Pulumi.ENV.yaml; an account's number lets the " +
      "account decide, and needs no role.",
  },
  loginRefused: {
    words: /authorization token has expired|authentication (is )?required|no basic auth credentials/i,
    text:
      "The registry refused the login, which holds for 12 hours. Run the same command again: each run logs in anew, and " +
      "layers that have arrived are not sent twice.",
  },
  tooManyRequests: {
    words: /toomanyrequests|ThrottlingException|Rate exceeded/i,
    text:
      "The service is asked too often. What was done is kept: run the same command again in a minute. `aws:maxRetries` in " +
      "Pulumi.ENV.yaml lets the provider try for longer.",
  },
  sandboxPart: {
    words: /start it again with `npm run local`/,
    text:
      "A part of the sandbox was stopped or killed. What was done is kept: `npm run local` starts what is gone, and so does " +
      "the same command in `npm run sandbox -- COMMAND`.",
  },
  serviceFailed: {
    words: /StatusCode: 5\d\d|unexpected HTTP status: 5\d\d|exceeded maximum number of attempts/,
    text:
      "The service failed, or did not answer, at every attempt. What was done is kept: run the same command again; if it " +
      "fails again, look at the service's health.",
  },
  unreachable: {
    words:
      /connection refused|ECONNREFUSED|ECONNRESET|connection reset|socket hang up|ENOTFOUND|no such host|docker daemon running\?|: EOF$/im,
    text:
      "Something could not be reached, or the connection was cut: look at the network, at AWS_ENDPOINT_URL, and whether " +
      "Docker runs (`npm run local` starts what was killed of the sandbox). What was done is kept: run the same command again.",
  },
  locked: {
    words: /stack is currently locked/,
    text:
      "Another update of this stack runs: wait for it. Only when none runs, because it was killed: `npx pulumi cancel --stack " +
      "ENV`, then the same command again.",
  },
  pendingOperations: {
    words: /pending operations from previous deployment/,
    text:
      "An update was killed in the middle of a change. When this one went well: `npx pulumi refresh --stack ENV " +
      "--clear-pending-creates` forgets what was pending.",
  },
  unreadableState: {
    words: /failed to load checkpoint/,
    text:
      "The stack's state cannot be read. Nothing was changed: put the backend's last whole copy in its place, with a file " +
      "backend `.pulumi/stacks/ecr/ENV.json.bak` over `ENV.json`, then `npx pulumi refresh --stack ENV`.",
  },
} satisfies Record<string, Advice>;

export type AdviceName = keyof typeof advices;

/**
 * What to do after a command of Pulumi that met faults.
 *
 * @param messages What it said: diagnostics and error output.
 * @param environment The name of its stack.
 * @returns A line for each fault that is known, without repetition; none when nothing is.
 */
export function adviceFor(messages: string, environment: string): string[] {
  return Object.values(advices)
    .filter(({ words }) => words.test(messages))
    .map(({ text }) => text.replaceAll("ENV", environment));
}
