// How models are compiled, as files hold it, where models do not say it themselves.
import { type AnyModel, type Config, Model, optimizers } from "@antler/keras-api";

interface Compiling {
  getCompileConfig?(): Config | null;
  compileFromConfig?(config: Config): void;
}

const prototype = Model.prototype as Compiling;
const families = { Adam: optimizers.Adam, SGD: optimizers.SGD } as const;
const camelCase = (key: string): string => key.replace(/_+([a-z0-9])/g, (_, c: string) => c.toUpperCase());

prototype.getCompileConfig ??= function (this: AnyModel): Config | null {
  const { optimizer, loss } = this;
  if (!optimizer) return null;
  const { module, className: class_name } = optimizer;
  return { optimizer: { module, class_name, config: optimizer.getConfig(), registered_name: null }, loss: loss as string };
};
prototype.compileFromConfig ??= function (this: AnyModel, config: Config): void {
  const given = config["optimizer"] as { class_name: keyof typeof families; config: Config };
  const options = Object.fromEntries(Object.entries(given.config).map(([key, value]) => [camelCase(key), value]));
  this.compile({ optimizer: new families[given.class_name](options as object), loss: config["loss"] as string });
  if (this.built) this.optimizer!.build(this.trainableWeights);
};
