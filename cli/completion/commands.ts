import type { Command } from "commander";
import { print } from "../terminal";
import { candidates } from "./candidates";
import { completionScripts, type Shell } from "./scripts";

/** What the scripts ask with each press of the tab key. */
export const askCommand = "__complete";

/** Adds `completion SHELL`, which prints a script, and the command that such a script asks. */
export function addCompletionCommands(program: Command): void {
  program
    .command("completion")
    .description("prints what makes a shell complete the commands and flags of ecr when the tab key is pressed")
    .addHelpText(
      "after",
      `
bash, in ~/.bashrc:   eval "$(npx --no-install ecr completion bash)"
zsh, in ~/.zshrc:     eval "$(npx --no-install ecr completion zsh)"
fish:                 npx --no-install ecr completion fish > ~/.config/fish/completions/ecr.fish

It is for the word ecr: where that is not on PATH, write alias ecr='npx --no-install ecr'.`,
    )
    .argument("<shell>", `one of ${Object.keys(completionScripts).join(", ")}`)
    .action((shell: string) => {
      if (!Object.hasOwn(completionScripts, shell)) {
        throw new Error(
          `shell: found ${JSON.stringify(shell)}. Must be one of ${Object.keys(completionScripts).join(", ")}.`,
        );
      }
      print(completionScripts[shell as Shell](askCommand).trimEnd());
    });
  program
    .command(askCommand, { hidden: true })
    .description("the words that may stand at the end of a line, for the scripts of completion")
    .argument("[words...]", "the line's words, the last one as far as it is written")
    .allowUnknownOption()
    .passThroughOptions()
    .helpCommand(false)
    .action((words: string[]) => print(candidates(program, words).join("\n")));
}
