import type { Command } from "commander";
import { print } from "../terminal";
import { candidates } from "./candidates";
import { completionScripts, type Shell } from "./scripts";

/** The command that the scripts call whenever the tab key is pressed. */
export const completeCommand = "__complete";

/** Adds `completion SHELL`, which prints a script, and the command that such a script calls. */
export function addCompletionCommands(program: Command): void {
  program
    .command("completion")
    .description("prints the tab completion script of the ecr command for a shell")
    .addHelpText(
      "after",
      `
bash, in ~/.bashrc:   eval "$(npx --no-install ecr completion bash)"
zsh, in ~/.zshrc:     eval "$(npx --no-install ecr completion zsh)"
fish:                 npx --no-install ecr completion fish > ~/.config/fish/completions/ecr.fish

It completes the command ecr; if that is not on PATH, write alias ecr='npx --no-install ecr'.`,
    )
    .argument("<shell>", `one of ${Object.keys(completionScripts).join(", ")}`)
    .action((shell: string) => {
      if (!Object.hasOwn(completionScripts, shell)) {
        throw new Error(
          `shell: found ${JSON.stringify(shell)}. Must be one of ${Object.keys(completionScripts).join(", ")}.`,
        );
      }
      print(completionScripts[shell as Shell](completeCommand).trimEnd());
    });
  program
    .command(completeCommand, { hidden: true })
    .description("completions of a command line, for the completion scripts")
    .argument("[words...]", "the words of the line; the last one may be incomplete")
    .allowUnknownOption()
    .passThroughOptions()
    .helpCommand(false)
    .action((words: string[]) => print(candidates(program, words).join("\n")));
}
