/** How to restart a stopped or killed part of the sandbox, for messages; running parts are not touched. */
export const restartAdvice = "start it again with `npm run local`, or with any `npm run sandbox -- COMMAND`";
