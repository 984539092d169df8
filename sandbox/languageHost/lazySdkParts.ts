/**
 * Node loads this file before a program or policy pack (`--require`). It defers a module that the Pulumi SDK loads at
 * startup but needs only to serialize functions: the TypeScript compiler, a third of the time that
 * `require("@pulumi/pulumi")` takes.
 */
import Module from "node:module";

const deferredModule = "typescript";
const prototype = Module.prototype as unknown as { require(this: NodeModule, id: string): unknown };
const load = prototype.require;

prototype.require = function (id) {
  return id === deferredModule ? lazyModule(() => load.call(this, id) as object) : load.call(this, id);
};

/** A proxy for a module that loads it on first access. */
function lazyModule(loadNow: () => object): object {
  let loaded: object | undefined;
  const module = () => {
    loaded ??= loadNow();
    return loaded;
  };
  return new Proxy(Object.create(null), {
    // Every compiled import checks `__esModule`. With true, it uses the module as is, without reading its names.
    get: (_, name) => (name === "__esModule" ? true : Reflect.get(module(), name)),
    has: (_, name) => name in module(),
    ownKeys: () => Reflect.ownKeys(module()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
