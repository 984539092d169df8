// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import { randomNumbers } from "../../../sandbox/randomNumbers";

export interface Build {
  file: string;
  args: Record<string, string>;
  contexts: string[];
}

const names = [
  "node:22",
  "golang",
  "reg.example/x/y:1",
  "scratch",
  "build",
  "b/c",
  "base",
  "0",
  "1",
  `a@sha256:${"a".repeat(64)}`,
];
const variables = ["A", "B", "C", "TARGETARCH", "BUILDPLATFORM", "TARGETPLATFORM", "TARGETSTAGE"];
const arguments_ = ["A", "B", "C", "TARGETARCH", "BUILDPLATFORM"];

/** Names of here-documents, what may surround them, and lines that may end them. */
const heredocNames = [
  "EOF",
  "E$A",
  "E${A}",
  "E${A:-x}",
  "'E\\OF'",
  '"E\\OF"',
  "E\\OF",
  '"E F"',
  "'$E'",
  "E'O'F",
  '"E\\"F"',
  "--E",
  "$",
  "E\\",
  '"${A:-y}"',
  "E`F",
];
const heredocBlanks = ["", "", "-", " ", "- ", " -", "\t", "  ", "-\t"];
const heredocTails = [
  ...[
    "",
    "",
    "",
    " > /y",
    " it's",
    ' "x',
    " ${",
    ' ${A:-"x <<Z "}',
    " 'a <<Z b'",
    " ${A:-'y <<Z'}",
    " \\<<Z",
    " x<<Z",
    " 3<<Z",
  ],
  ...[
    " <<<Z",
    " <<Z",
    " $A<<Z",
    ' "a"<<Z',
    " ${A#x <<Z }",
    " $<<Z",
    " ${A}<<Z",
    " `<<Z",
    "\u0085<<Z",
    "\u00a0<<Z",
    " \\ <<Z",
  ],
  ...[" ''<<Z", " ${A/x <<Z/y}", ' "${A:- <<Z }"', " ${A:-${B:- <<Z }}"],
];
const heredocEnds = [
  "EOF",
  "EOF",
  "E$A",
  "E${A}",
  "E\\OF",
  "E F",
  "$E",
  'E"F',
  "-E",
  "E",
  "$",
  "Z",
  "Z",
  "Z}",
  "\tEOF",
  "\tZ",
  "E`F",
  "E${A:-x}",
];

/** Dockerfiles with all elements of the syntax, and cases that have misled parsers; BuildKit refuses most of them. */
export function randomDockerfiles(seed: number, count: number): Build[] {
  const random = randomNumbers(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const maybe = (chance: number) => random() < chance;
  const times = <T>(number: number, make: () => T): T[] => Array.from({ length: number }, make);
  let continuation = "\\";

  const expression = (depth = 0): string => {
    const name = oneOf(variables);
    const inner = () => (depth < 2 && maybe(0.5) ? expression(depth + 1) : oneOf(names));
    return oneOf([
      () => `$${name}`,
      () => `\${${name}}`,
      () => `\${${name}:-${inner()}}`,
      () => `\${${name}-${oneOf(names)}}`,
      () => `\${${name}:+${inner()}}`,
      () => `\${${name}#${oneOf(["*", "n?", "no", "*/", "\\*", ""])}}`,
      () => `\${${name}%%${oneOf(["*", ":*", "22", "[0-9]", "\\?"])}}`,
      () => `\${${name}/${oneOf(["o", "*", "n?", ":"])}/${oneOf(["", "z", "$0"])}}`,
      () => `\${${name}//${oneOf(["e", "o", "."])}/${oneOf(["", "-"])}}`,
      () => `\${${name}:?${oneOf(["", "wrong"])}}`,
      () => `"${oneOf(names)}"`,
      () => `'${oneOf(names)}'`,
      () => `${oneOf(names)}\\${oneOf(["x", "$A", '"', " ", "\\"])}`,
    ])();
  };
  const image = () => (maybe(0.75) ? oneOf(names) : expression());
  const keyword = (text: string) =>
    oneOf([text, text, text.toLowerCase(), text.charAt(0) + text.slice(1).toLowerCase()]);
  const end = () =>
    oneOf([
      "\n",
      "\n",
      "\n",
      "\n",
      "\n",
      "\r\n",
      "\r\r\n",
      "\n\n",
      "\n# c\n",
      "\n \t\n",
      "\n\u0085",
      "\n\u2003",
      "\u0085\n",
    ]);
  const gap = () =>
    oneOf([
      ...[
        " ",
        " ",
        " ",
        "  ",
        "\t",
        "\v",
        ` ${continuation}\n`,
        ` ${continuation}  \n  `,
        ` ${continuation}\n# c\n`,
        ` ${continuation}\n\n`,
      ],
      ...[
        ` ${continuation}\n  # x ${continuation}\n `,
        ` ${continuation}${continuation}\n`,
        ` ${continuation}\r\n`,
        ` ${continuation}\n#${continuation}\n`,
        `${continuation}\n`,
      ],
    ]);
  const heredoc = () => {
    const start = `${oneOf(["", "", "3", "x", "\\", "''"])}<<${oneOf(heredocBlanks)}${oneOf(heredocNames)}${oneOf(heredocTails)}`;
    const lines = times(
      1 + below(4),
      () => `FROM in:${below(9)}\nCOPY --from=in:${below(9)} a b\n${oneOf(heredocEnds)}`,
    );
    return `${start}\n${lines.join("\n")}`;
  };
  const mount = () => {
    const from = oneOf([
      `from=${image()}`,
      `"from=${image()}"`,
      `FROM=${image()}`,
      `from='${image()}'`,
      `from = ${image()}`,
      `from=${image()} `,
    ]);
    const parts = [
      oneOf(["type=bind", "type=cache", "TYPE=bind", "type=tmpfs", "ro"]),
      from,
      oneOf(["target=/x", "dst=/y", '"target=/a,b"', "source=/z"]),
    ];
    const text = (maybe(0.3) ? parts.toReversed() : parts).filter(() => !maybe(0.1)).join(",");
    return oneOf([`--mount=${text}`, `--mount=${text}`, `"--mount=${text}"`, `--mount='${text}'`]);
  };
  const arg = () => (maybe(0.7) ? `${oneOf(arguments_)}=${image()}` : oneOf(arguments_));
  const from = () => {
    const platform = maybe(0.3)
      ? `--platform=${oneOf(["linux/amd64", "$BUILDPLATFORM", '"linux/arm64"', "${C:-linux/arm64}"])}${gap()}`
      : "";
    const as = maybe(0.5)
      ? `${gap()}${keyword("AS")}${gap()}${oneOf(["build", "Build", "base", "x", "b-2", "A.b"])}`
      : "";
    return `${keyword("FROM")}${gap()}${platform}${image()}${as}`;
  };
  const copy = () => {
    const flags = [
      `--from=${image()}`,
      `"--from=${image()}"`,
      `--chown=a:b${gap()}--from=${image()}`,
      `--link --from=${image()}`,
      `--from=`,
    ];
    return `${keyword("COPY")}${gap()}${oneOf([...flags, `--exclude=à--from=${image()}`])}${gap()}${oneOf(["a b", '["a","b"]', "a b c/", "--from=z b"])}`;
  };
  const instruction = (): string =>
    oneOf([
      () => `${keyword("ARG")}${gap()}${times(1 + below(3), arg).join(gap())}`,
      from,
      from,
      copy,
      copy,
      () =>
        `${keyword("RUN")}${gap()}${mount()}${gap()}${maybe(0.3) ? `${mount()} ` : ""}${oneOf(["make", '["make"]', "echo '<<EOF'", "cat <&3"])}`,
      () => `${keyword("RUN")}${gap()}${oneOf(["", "cat ", "python3 - ", `${mount()} `])}${heredoc()}`,
      () => `${keyword("COPY")} ${oneOf(["", "--from=q "])}${heredoc()} /x`,
      () => `${keyword("ONBUILD")}${gap()}${oneOf([copy, heredocRun])()}`,
      () =>
        oneOf([
          'CMD ["a"]',
          "ENV A=b C=d",
          "USER x",
          "ADD https://x.y/z /a",
          `RUN echo ${continuation}\n  FROM x`,
          "# FROM x",
        ]),
    ])();
  const heredocRun = () => `RUN ${heredoc()}`;

  return times(count, () => {
    continuation = "\\";
    let file = maybe(0.1) ? "\ufeff" : "";
    for (const directive of times(below(2), () =>
      oneOf([
        "# syntax=a/b:1",
        "#syntax = a/b:1 x",
        "# escape=`",
        "#escape=\\",
        "# check=skip=all",
        "#ESCAPE=`",
        "# c",
        "",
        " # escape=`",
        "#  escape = ` ",
        "#!/bin/x",
        "// syntax=a/b",
      ]),
    )) {
      continuation = /escape\s*=\s*`/i.test(directive) ? "`" : continuation;
      file += `${directive}\n`;
    }
    file += times(below(3), () => `${keyword("ARG")} ${arg()}${maybe(0.2) ? ` B=${expression()}` : ""}${end()}`).join(
      "",
    );
    file += from() + end();
    file += times(below(5), () => oneOf(["", "", " ", "\t"]) + instruction() + end()).join("");
    const given = ["A", "B", "TARGETARCH"].filter(() => maybe(0.2));
    return {
      file,
      args: Object.fromEntries(given.map((name) => [name, maybe(0.8) ? oneOf(names) : ""])),
      contexts: maybe(0.1) ? ["base"] : [],
    };
  });
}
