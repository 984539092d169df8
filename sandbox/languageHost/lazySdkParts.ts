/**
 * Node loads this file before a program or policy pack (`--require`). It defers what the Pulumi SDK loads at startup but
 * seldom needs: the TypeScript compiler, for serializing functions (a third of the time that `require("@pulumi/pulumi")`
 * takes), and ts-node, which it registers for every policy pack, even a compiled one.
 */
import Module from "node:module";
import * as path from "node:path";

type Load = (id: string) => unknown;
type Handler = (module: NodeModule, filename: string) => unknown;

const { prototype, _extensions: handlers } = Module as unknown as {
  prototype: { require(this: NodeModule, id: string): unknown };
  _extensions: Record<string, Handler | undefined>;
};
const loadNow = prototype.require;
const sdk = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi[\\/]/;

prototype.require = function (id) {
  const load = (each: string) => loadNow.call(this, each);
  if (id === "typescript") return lazyTypeScript(load);
  return id === "ts-node" && sdk.test(this.filename) ? lazyTsNode(load) : load(id);
};

/** A proxy for the compiler that loads it on first access. */
function lazyTypeScript(load: Load): object {
  let loaded: object | undefined;
  const module = () => {
    loaded ??= load("typescript") as object;
    return loaded;
  };
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      // Every compiled import checks `__esModule`. With true, it uses the module as is, without reading its names.
      if (name === "__esModule") return true;
      if (name === "version") return versionOf("typescript", load);
      return Reflect.get(module(), name);
    },
    has: (_, name) => name in module(),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

/** The members of ts-node that the SDK uses. */
function lazyTsNode(load: Load) {
  const tsNode = () => load("ts-node") as { register(options: object): unknown };
  return {
    VERSION: versionOf("ts-node", load),
    register: (options: { skipProject?: boolean }) =>
      // A tsconfig.json may have ts-node compile JavaScript as well.
      options.skipProject === true ? registerWhenNeeded(() => tsNode().register(options)) : tsNode().register(options),
  };
}

/** Throws, like the package itself, if it is not installed. */
function versionOf(name: string, load: Load): string {
  return (load(`${name}/package.json`) as { version: string }).version;
}

/** Defers registering ts-node to the first TypeScript file. */
function registerWhenNeeded(register: () => unknown): void {
  const replaced = [".ts", ".tsx", ".mts", ".cts"].map((extension) => [extension, handlers[extension]] as const);
  const registerFirst: Handler = (module, filename) => {
    for (const [extension, handler] of replaced) {
      if (handler === undefined) delete handlers[extension];
      else handlers[extension] = handler;
    }
    register();
    // Like Node: what has no handler is JavaScript. There ts-node handles .mts and .cts, too.
    return (handlers[path.extname(filename)] ?? handlers[".js"])?.(module, filename);
  };
  for (const [extension] of replaced) handlers[extension] = registerFirst;
}
