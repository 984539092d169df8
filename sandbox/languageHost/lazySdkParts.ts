/**
 * Node loads this file before a program or policy pack (`--require`). It defers what the Pulumi SDK loads at startup but
 * seldom needs: the TypeScript compiler, for serializing functions (a third of the time that `require("@pulumi/pulumi")`
 * takes), and ts-node, which the SDK registers for every policy pack, compiled or not (a third of a pack's startup).
 */
import Module from "node:module";
import * as path from "node:path";

type Load = (id: string) => unknown;
type Handler = (module: NodeModule, filename: string) => unknown;
interface TsNode {
  register(options: TsNodeOptions): unknown;
}
interface TsNodeOptions {
  skipProject?: boolean;
  compilerOptions?: { allowJs?: boolean };
}

const { prototype, _extensions: handlers } = Module as unknown as {
  prototype: { require(this: NodeModule, id: string): unknown };
  _extensions: Record<string, Handler | undefined>;
};
const loadNow = prototype.require;

/** The deferred modules, with the members that the SDK reads before it needs the rest. */
const deferred = new Map<string, Record<string, (load: Load) => unknown>>([
  ["typescript", { version: (load) => versionOf("typescript", load) }],
  [
    "ts-node",
    {
      VERSION: (load) => versionOf("ts-node", load),
      register: (load) => (options: TsNodeOptions) => registerWhenNeeded(() => load("ts-node") as TsNode, options),
    },
  ],
]);

prototype.require = function (id) {
  const load = (each: string) => loadNow.call(this, each);
  const members = deferred.get(id);
  return members === undefined ? load(id) : lazyModule(() => load(id) as object, members, load);
};

/** A proxy for a module that loads it on first access to anything but the given members. */
function lazyModule(loadModule: () => object, members: Record<string, (load: Load) => unknown>, load: Load): object {
  let loaded: object | undefined;
  const module = () => {
    loaded ??= loadModule();
    return loaded;
  };
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      // Every compiled import checks `__esModule`. With true, it uses the module as is, without reading its names.
      if (name === "__esModule") return true;
      const member = loaded === undefined && typeof name === "string" ? members[name] : undefined;
      return member === undefined ? Reflect.get(module(), name) : member(load);
    },
    has: (_, name) => name in module(),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

/** Throws, like the module itself, if it is not installed. */
function versionOf(name: string, load: Load): string {
  return (load(`${name}/package.json`) as { version: string }).version;
}

/** Registers ts-node when the first TypeScript file is loaded; at once if it might compile JavaScript, too. */
function registerWhenNeeded(tsNode: () => TsNode, options: TsNodeOptions): void {
  if (options.skipProject !== true || options.compilerOptions?.allowJs === true) {
    tsNode().register(options);
    return;
  }
  const replaced = [".ts", ".tsx", ".mts", ".cts"].map((extension) => [extension, handlers[extension]] as const);
  const registerFirst: Handler = (module, filename) => {
    for (const [extension, handler] of replaced) {
      if (handler === undefined) delete handlers[extension];
      else handlers[extension] = handler;
    }
    tsNode().register(options);
    return handlers[path.extname(filename)]?.(module, filename);
  };
  for (const [extension] of replaced) handlers[extension] = registerFirst;
}
