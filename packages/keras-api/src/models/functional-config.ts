/** Functional models as Keras's JSON: the layers, and for each of their calls which outputs of which calls it takes. */
import { FormatError, mapTree, Tensor } from "@antler/tensor-core";
import { type AnyLayer, Layer } from "../layer.ts";
import type { Nested } from "../nested.ts";
import { type Config, camelCase, isSerialized, type Json, type Serialized, serialize, serializeObject } from "../serialization/config.ts";
import { constant, reviveOperation, serializeCall } from "../serialization/operations.ts";
import type { CallGraph } from "../symbolic/graph.ts";
import { KerasTensor, type Operation, type SymbolicNode } from "../symbolic/keras-tensor.ts";

/** What of a functional model its config holds. */
interface Source {
  readonly name: string;
  readonly trainable: boolean;
  readonly graph: CallGraph;
  readonly inputs: Nested;
  readonly outputs: Nested;
}

export function functionalConfig({ name, trainable, graph, inputs, outputs }: Source): Config {
  const own = new Set(graph.nodes);
  const indexOf = ({ node }: KerasTensor): number => node.operation.inboundNodes.filter((n) => own.has(n)).indexOf(node);
  const tensorConfig = (t: KerasTensor): Json => ({
    class_name: "__keras_tensor__",
    config: { shape: serialize(t.dims), dtype: t.dtype, keras_history: [t.name, indexOf(t), t.index] },
  });
  const layers = graph.operations.map((op): Json => {
    const calls = op.inboundNodes.filter((n) => own.has(n) && n.inputTensors.length > 0);
    const nodes = calls.map((n) => (op instanceof Layer ? layerNode(op, n, tensorConfig) : serializeCall(op, n, tensorConfig).node));
    const made = op instanceof Layer ? serializeObject(op as AnyLayer) : serializeCall(op, calls[0]!, tensorConfig).operation;
    return { ...(made as unknown as Config), name: op.name, inbound_nodes: nodes };
  });
  // Keras counts a call of a functional model from 1: the first is its own.
  const place = (t: unknown): Json => {
    const kt = t as KerasTensor;
    return [kt.name, indexOf(kt) + (isFunctional(kt.node.operation) ? 1 : 0), kt.index];
  };
  return { name, trainable, layers, input_layers: mapTree(inputs, place) as Json, output_layers: mapTree(outputs, place) as Json };
}

const isFunctional = (op: Operation): boolean => op.className === "Functional";

function layerNode(layer: Operation, node: SymbolicNode, tensorConfig: (t: KerasTensor) => Json): Json {
  const convert = (x: unknown): Json => (x instanceof KerasTensor ? tensorConfig(x) : x instanceof Tensor ? constant(x) : serialize(x));
  const names = (layer as AnyLayer).callArguments;
  const kwargs = Object.entries(serialize(mapTree(node.options, convert)) as Config);
  const args = [mapTree(node.inputs, convert) as Json];
  const rest = new Map(kwargs.map(([key, value]) => [camelCase(key), [key, value] as const]));
  for (const name of names) {
    const given = rest.get(name);
    if (!given) break;
    args.push(given[1]);
    rest.delete(name);
  }
  return { args, kwargs: Object.fromEntries(rest.values()) };
}

/** What can be called again as the config says. */
interface Callable {
  /** From which number places count its calls. */
  readonly first: number;
  readonly nodes: () => readonly SymbolicNode[];
  readonly call: (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>) => void;
}
interface Pending {
  readonly name: string;
  readonly node: Config;
}

/** The options of a functional model again: its layers made, and called until every call has what it takes. */
export function functionalFromConfig(
  options: Readonly<Record<string, Json>>,
  revive: (value: Json) => unknown,
): { readonly name?: string; readonly trainable?: boolean; readonly inputs: Nested; readonly outputs: Nested } {
  const layers = options["layers"] as unknown as readonly (Serialized & {
    readonly name: string;
    readonly inbound_nodes: readonly Config[];
  })[];
  const made = new Map<string, Callable>(layers.map((config) => [config.name, callable(config, revive)]));
  let waiting: Pending[] = layers.flatMap(({ name, inbound_nodes }) => inbound_nodes.map((node) => ({ name, node })));
  while (waiting.length) {
    const blocked = new Set<string>();
    // Calls of one layer keep their order: others count them.
    const left = waiting.filter(({ name, node }) => {
      const ready = !blocked.has(name) && call(made, name, node);
      if (!ready) blocked.add(name);
      return !ready;
    });
    if (left.length === waiting.length) {
      throw new FormatError("model", `the calls of ${[...blocked].join(", ")} need outputs that no layer gives`);
    }
    waiting = left;
  }
  const find = (place: Json): Nested => {
    if (Array.isArray(place) && place.length === 3 && typeof place[0] === "string") {
      const [name, index, output] = place as [string, number, number];
      const source = made.get(name);
      const found = source?.nodes()[index - source.first]?.outputs[output];
      if (found) return found;
      throw new FormatError("model", `there is no output ${output} of call ${index} of "${name}"`);
    }
    return mapPlaces(place, find);
  };
  const { name, trainable } = options as { name?: string; trainable?: boolean };
  const ends = { inputs: find(options["inputLayers"] ?? null), outputs: find(options["outputLayers"] ?? null) };
  return { ...(name && { name }), ...(typeof trainable === "boolean" && { trainable }), ...ends };
}
function mapPlaces(places: Json, find: (place: Json) => Nested): Nested {
  if (Array.isArray(places)) return places.map(find) as Tensor[];
  if (places !== null && typeof places === "object")
    return Object.fromEntries(Object.entries(places).map(([k, p]) => [k, find(p)])) as Record<string, Tensor>;
  throw new FormatError("model", "the config does not say what the model takes and gives");
}

function callable(config: Serialized, revive: (value: Json) => unknown): Callable {
  const { inbound_nodes: _, ...own } = config as unknown as Record<string, Json>;
  const operation = reviveOperation(config);
  if (operation) return { first: 0, nodes: () => operation.inboundNodes, call: (args, kwargs) => operation.call(args, kwargs) };
  const layer = revive(own) as AnyLayer;
  if (!(layer instanceof Layer)) {
    throw new FormatError("model", `no layer is called "${config.class_name}"`, {
      hint: "Make your own known with registerKerasSerializable().",
    });
  }
  return {
    first: isFunctional(layer) ? 1 : 0,
    nodes: () => layer.inboundNodes,
    call([inputs, ...positional], kwargs) {
      const named = positional.map((value, i) => [layer.callArguments[i] ?? "", value] as const);
      const given = Object.entries(kwargs).map(([key, value]) => [camelCase(key), value] as const);
      // Files say training: false where nobody asked for anything.
      const options = [...named, ...given].filter(([key, value]) => value !== null && !(key === "training" && value === false));
      layer.apply(inputs as never, Object.fromEntries(options));
    },
  };
}

/** Makes one call, if the outputs it takes exist. */
function call(made: ReadonlyMap<string, Callable>, name: string, node: Config): boolean {
  let ready = true;
  const find = (x: Json): unknown => {
    if (Array.isArray(x)) return x.map(find);
    if (!isSerialized(x)) return x !== null && typeof x === "object" ? mapValues(x as Config, find) : x;
    if (x.class_name !== "__keras_tensor__") return x;
    const [layer, index, output] = (x.config as Config)["keras_history"] as [string, number, number];
    const found = made.get(layer)?.nodes()[index]?.outputs[output];
    ready &&= found !== undefined;
    return found;
  };
  const [args, kwargs] = [find(node["args"] ?? []), find(node["kwargs"] ?? {})];
  if (ready) made.get(name)!.call(args as readonly unknown[], kwargs as Record<string, unknown>);
  return ready;
}
const mapValues = (record: Config, fn: (x: Json) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, x]) => [key, fn(x)]));
