import * as ts from "typescript";

/** A type in the schema language of Pulumi packages. */
export interface TypeSpec {
  type?: "string" | "boolean" | "integer" | "array" | "object";
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
  /** Must be known before the update: outputs of other resources are not accepted. */
  plain?: boolean;
}

export interface PropertySpec extends TypeSpec {
  description?: string;
  secret?: boolean;
}

/** An object type or an enum. */
export interface ComplexTypeSpec {
  type: "object" | "string";
  description?: string;
  properties?: Record<string, PropertySpec>;
  required?: string[];
  enum?: { value: string }[];
}

export const any: TypeSpec = { $ref: "pulumi.json#/Any" };
export const text: TypeSpec = { type: "string" };

/** Converts the TypeScript types of the components' arguments, with their docstrings, to schema types. */
export class PackageTypes {
  /** Keyed by name, without `ecr:index:`. */
  readonly types: Record<string, ComplexTypeSpec> = {};

  /**
   * @param replaced Types with another form in the schema, by name.
   * @param expanded Properties with another form in the schema, by the name of their type: the properties that replace
   *   one.
   */
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly replaced: Readonly<Record<string, TypeSpec>>,
    private readonly expanded: Readonly<Record<string, (property: string, spec: PropertySpec) => Properties>>,
  ) {}

  /** The properties of an object or of all its alternatives, and which of them are required. */
  propertiesOf(alternatives: readonly ts.Type[], owner: string): { properties: Properties; required: string[] } {
    const properties: Properties = {};
    const required = new Set<string>();
    for (const alternative of alternatives) {
      for (const symbol of this.checker.getPropertiesOfType(alternative)) {
        const made = this.propertyOf(symbol, owner);
        Object.assign(properties, made);
        const everywhere = alternatives.every((each) => {
          const there = each.getProperty(symbol.name);
          return there !== undefined && (there.flags & ts.SymbolFlags.Optional) === 0;
        });
        if (everywhere) for (const name of Object.keys(made)) required.add(name);
      }
    }
    return { properties, required: [...required] };
  }

  /** Adds a type that only an expanded property refers to. */
  add(name: string, type: ts.Symbol): void {
    const declared = this.checker.getDeclaredTypeOfSymbol(type);
    this.object(declared.isUnion() ? declared.types : [declared], name, this.describe(type), {});
  }

  /** An output: a property or getter of a component's class. */
  outputOf(symbol: ts.Symbol): PropertySpec {
    const [declared] = symbol.declarations ?? [];
    const node =
      declared && (ts.isPropertyDeclaration(declared) || ts.isGetAccessorDeclaration(declared))
        ? declared.type
        : undefined;
    if (node === undefined) throw new Error(`the output ${symbol.name} is declared without a type`);
    return { ...withoutPlain(this.typeOf(node, symbol.name)), description: this.describe(symbol) };
  }

  /** The schema properties for a property: itself, or those that it expands to. */
  private propertyOf(symbol: ts.Symbol, owner: string): Properties {
    const declared = symbol.declarations?.find(
      (each): each is ts.PropertySignature => ts.isPropertySignature(each) && each.type !== undefined,
    );
    if (declared?.type === undefined) throw new Error(`${owner}.${symbol.name} is declared without a type`);
    const name = symbol.name;
    const described = { description: this.describe(symbol) };
    const alias = ts.isTypeReferenceNode(declared.type) ? declared.type.typeName.getText() : "";
    const expand = this.expanded[`${owner}.${name}`] ?? this.expanded[alias];
    if (expand !== undefined) return expand(name, described);
    return { [name]: { ...this.typeOf(declared.type, `${owner}${capitalized(name)}`), ...described } };
  }

  /** A docstring's text, with the default as its last sentence. */
  describe(symbol: ts.Symbol): string {
    const words = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const tag = symbol.getJsDocTags(this.checker).find(({ name }) => name === "default");
    const found = tag?.text && ts.displayPartsToString(tag.text);
    const text = found ? `${words}\nDefault: ${found.replace(/\.?$/, ".")}` : words;
    return text
      .replace(/: `\{[^`]*=>[^`]*\}`/g, "")
      .replace(/\{@link ([^}]*)\}/g, "`$1`")
      .replace(/\s*\n\s*/g, " ")
      .trim();
  }

  /**
   * @param name The type's name if it has none of its own.
   * @param isInput Whether an output is accepted in its place.
   */
  typeOf(node: ts.TypeNode, name: string, isInput = false): TypeSpec {
    const plain = isInput ? {} : { plain: true };
    if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return this.typeOf(node.type, name, isInput);
    if (ts.isArrayTypeNode(node)) {
      return { type: "array", items: this.typeOf(node.elementType, name, isInput), ...plain };
    }
    if (ts.isTypeReferenceNode(node)) return this.referenced(node, name, isInput);
    if (ts.isUnionTypeNode(node) || ts.isTypeLiteralNode(node) || ts.isLiteralTypeNode(node)) {
      return this.composed(node, name, plain);
    }
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { type: "string", ...plain };
      case ts.SyntaxKind.BooleanKeyword:
        return { type: "boolean", ...plain };
      case ts.SyntaxKind.NumberKeyword:
        return { type: "integer", ...plain };
      default:
        throw new Error(`${name}: the schema has no form for ${node.getText()}`);
    }
  }

  private referenced(node: ts.TypeReferenceNode, name: string, isInput: boolean): TypeSpec {
    const plain = isInput ? {} : { plain: true };
    const called = node.typeName.getText();
    const [first, second] = node.typeArguments ?? [];
    const replacement = this.replaced[called];
    if (replacement !== undefined) return { ...replacement, ...plain };
    if (called === "pulumi.Input" || called === "pulumi.Output") return this.typeOf(first as ts.TypeNode, name, true);
    if (called === "Readonly") return this.typeOf(first as ts.TypeNode, name, isInput);
    if (called === "Record") {
      const values = this.typeOf(second as ts.TypeNode, name, isInput);
      return { type: "object", additionalProperties: values, ...plain };
    }
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target?.declarations?.[0];
    if (declaration === undefined) throw new Error(`${name}: ${called} is not declared in the project`);
    const own = called.replace(/Args$/, "");
    if (ts.isTypeAliasDeclaration(declaration)) {
      const isComposed = ts.isUnionTypeNode(declaration.type) || ts.isIndexedAccessTypeNode(declaration.type);
      return isComposed
        ? this.composed(declaration.type, own, plain, this.describe(target as ts.Symbol))
        : this.typeOf(declaration.type, name, isInput);
    }
    const type = this.checker.getDeclaredTypeOfSymbol(target as ts.Symbol);
    return this.object([type], own, this.describe(target as ts.Symbol), plain);
  }

  /** Unions: of strings, an enum; of objects, one merged object; of a string and an object, the same union. */
  private composed(node: ts.TypeNode, name: string, plain: TypeSpec, description?: string): TypeSpec {
    const type = this.checker.getTypeFromTypeNode(node);
    const members = type.isUnion() ? type.types : [type];
    const strings = members.filter((each) => (each.flags & ts.TypeFlags.StringLike) !== 0 || isOpenString(each));
    const objects = members.filter((each) => (each.flags & ts.TypeFlags.Object) !== 0 && !isOpenString(each));
    if (strings.length + objects.length < members.length) {
      throw new Error(`${name}: the schema has no form for ${node.getText()}`);
    }
    if (objects.length === 0) {
      const literals = strings.flatMap((each) => (each.isStringLiteral() ? [each.value] : []));
      if (literals.length < strings.length) return { ...text, ...plain };
      this.types[name] = { type: "string", description, enum: literals.map((value) => ({ value })) };
      return { ...local(name), ...plain };
    }
    const reference = this.objectIn(node, objects, name, plain, description);
    return strings.length === 0 ? reference : { oneOf: [{ ...text, ...plain }, reference], ...plain };
  }

  private objectIn(node: ts.TypeNode, objects: ts.Type[], name: string, plain: TypeSpec, description = ""): TypeSpec {
    // A named alternative keeps its name and may have another form.
    const named = ts.isUnionTypeNode(node) ? node.types.find(ts.isTypeReferenceNode) : undefined;
    return objects.length === 1 && named !== undefined
      ? this.typeOf(named, name, plain.plain !== true)
      : this.object(objects, name, description, plain);
  }

  private object(alternatives: readonly ts.Type[], name: string, description: string, plain: TypeSpec): TypeSpec {
    if (this.types[name] === undefined) {
      const made: ComplexTypeSpec = { type: "object", ...(description && { description }) };
      this.types[name] = made;
      Object.assign(made, this.propertiesOf(alternatives, name));
    }
    return { ...local(name), ...plain };
  }
}

export type Properties = Record<string, PropertySpec>;

export function local(name: string): TypeSpec {
  return { $ref: `#/types/ecr:index:${name}` };
}

/** `string & {}`: any string, in addition to those that editors suggest. */
function isOpenString(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((each) => (each.flags & ts.TypeFlags.String) !== 0);
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Outputs are not plain: their values are not known before the update. */
function withoutPlain({ plain: _, items, additionalProperties, ...spec }: TypeSpec): TypeSpec {
  return {
    ...spec,
    ...(items && { items: withoutPlain(items) }),
    ...(additionalProperties && { additionalProperties: withoutPlain(additionalProperties) }),
  };
}
