/** What starts a part of the sandbox that was stopped or killed, for messages: all that runs is left as it is. */
export const startAgain = "start it again with `npm run local`, or with any command in `npm run sandbox -- COMMAND`";
