/** A script for each shell: it passes on the words of the line, and offers the results, or otherwise files. */
export const completionScripts = {
  bash: (ask: string) => `_ecr_complete() {
  local ecr=(ecr)
  type -P ecr > /dev/null || ecr=(npx --no-install ecr)
  local words
  words=$("\${ecr[@]}" ${ask} -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _ecr_complete ecr
`,
  zsh: (ask: string) => `_ecr_complete() {
  local -a ecr found
  ecr=(ecr)
  whence -p ecr > /dev/null || ecr=(npx --no-install ecr)
  found=(\${(f)"$("\${ecr[@]}" ${ask} -- "\${(@)words[2,CURRENT]}" 2> /dev/null)"})
  (( \${#found} )) && compadd -a found || _files
}
compdef _ecr_complete ecr
`,
  fish: (ask: string) => `function __ecr_complete
    set -l ecr ecr
    type -fq ecr; or set ecr npx --no-install ecr
    set -l words (commandline -opc)
    $ecr ${ask} -- $words[2..] (commandline -ct) 2> /dev/null
end
complete -c ecr -a '(__ecr_complete)'
`,
} satisfies Record<string, (ask: string) => string>;

export type Shell = keyof typeof completionScripts;
