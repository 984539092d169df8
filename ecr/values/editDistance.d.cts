export function nearestWord(word: string, choices: Iterable<string>): string | undefined;
