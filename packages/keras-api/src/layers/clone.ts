/** A layer made again of its config, with weights of its own. */
import type { AnyLayer, Layer } from "../layer.ts";
import { type Config, isSerialized, type Json, optionsOf } from "../serialization/config.ts";

/** @param changes of the config, in Keras's snake_case */
export function cloneLayer<T extends AnyLayer>(layer: T, changes: Config = {}): T {
  const inner = layer.sublayers();
  // A layer inside of the config is one inside of the layer: its class is at hand.
  const revive = (value: Json): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (!isSerialized(value)) return value;
    const found = inner.find((l) => l.className === value.class_name && l.name === (value.config as Config)["name"]);
    return found ? cloneLayer(found) : value;
  };
  const Class = layer.constructor as unknown as typeof Layer & (new () => AnyLayer);
  return Class.fromConfig(optionsOf({ ...layer.getConfig(), ...changes }) as Config, revive) as T;
}
