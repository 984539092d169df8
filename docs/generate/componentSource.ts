import * as path from "node:path";
import * as ts from "typescript";

/** A component's class and the type of its arguments. */
export interface ComponentTypes {
  symbol: ts.Symbol;
  args: ts.Type;
  /** A property or getter of the class. */
  members(name: string): ts.Symbol;
}

/** The components' declarations. The compiler reads them without resolving packages, which takes only a second. */
export class ComponentSource {
  readonly checker: ts.TypeChecker;
  private readonly exports: ReadonlyMap<string, ts.Symbol>;

  constructor() {
    const entry = path.join(__dirname, "../../components/index.ts");
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      lib: ["lib.es2023.d.ts"],
      types: [],
      strict: true,
      noEmit: true,
    };
    const host = ts.createCompilerHost(options);
    host.resolveModuleNameLiterals = (literals, file) =>
      literals.map(({ text }) =>
        text.startsWith(".") ? ts.resolveModuleName(text, file, options, host) : { resolvedModule: undefined },
      );
    const program = ts.createProgram([entry], options, host);
    this.checker = program.getTypeChecker();
    const file = program.getSourceFile(entry);
    const module = file && this.checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${entry} exports nothing`);
    this.exports = new Map(this.checker.getExportsOfModule(module).map((each) => [each.name, each]));
  }

  /** The declaration that components/index.ts exports under a name. */
  exported(name: string): ts.Symbol {
    const symbol = this.exports.get(name);
    if (symbol === undefined) throw new Error(`components/index.ts exports no ${name}`);
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  component(name: string): ComponentTypes {
    const symbol = this.exported(name);
    const [declaration] = (symbol.declarations ?? []).filter(ts.isClassDeclaration);
    const build = declaration?.members.find(ts.isConstructorDeclaration);
    const argument = build?.parameters[1]?.type;
    if (argument === undefined) throw new Error(`${name} is no class that takes arguments`);
    const instance = this.checker.getDeclaredTypeOfSymbol(symbol);
    return {
      symbol,
      args: this.checker.getTypeFromTypeNode(argument),
      members: (member) => {
        const found = this.checker.getPropertyOfType(instance, member);
        if (found === undefined) throw new Error(`${name} has no ${member}`);
        return found;
      },
    };
  }
}
