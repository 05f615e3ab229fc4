/** The chart: how long others take for what Antler does, drawn by Vega-Lite. */
import { load } from "./peers.ts";
import type { RowResult } from "./results.ts";
import { median } from "./statistics.ts";

interface Point {
  readonly row: string;
  readonly side: string;
  /** In times of Antler's. */
  readonly ratio: number;
}

/** Medians as multiples of the first side's, of rows that compare libraries. */
export function points(rows: readonly RowResult[]): Point[] {
  return rows
    .filter(({ group }) => group === "training" || group === "inference" || group === "ops")
    .flatMap(({ title, sides: [first, ...others] }) => {
      if (!first?.samples.length) return [];
      const ours = median(first.samples);
      const measured = others.filter(({ samples, name }) => samples.length && name !== "prototype");
      return measured.map(({ name, samples }) => ({ row: title.replaceAll("`", ""), side: name, ratio: median(samples) / ours }));
    });
}

// Greys and hues that stand out from white and from black alike: one picture serves both themes.
const INK = "#7d8590";
const hues: Readonly<Record<string, string>> = {
  Keras: "#d9534f",
  "Keras, jit": "#e8912d",
  "tfjs cpu": "#b8860b",
  "tfjs wasm": "#2f9e6e",
  "jax-js": "#9b6bdf",
  "ORT web": "#3b82d6",
  "ORT native": "#7d8590",
};

export function chartSpec(data: readonly Point[]): object {
  const sides = Object.keys(hues).filter((name) => data.some(({ side }) => side === name));
  const axis = { grid: true, gridColor: INK, gridOpacity: 0.25, labelColor: INK, titleColor: INK, domainColor: INK, tickColor: INK };
  const order = [...new Set(data.map(({ row }) => row))];
  return {
    background: null,
    // Without a canvas Vega takes text for wider than it is, and would make room for that.
    autosize: "none",
    padding: { left: 400, right: 120, top: 10, bottom: 45 },
    width: 460,
    height: { step: 21 },
    data: { values: data },
    config: { view: { stroke: null }, font: "system-ui, sans-serif", legend: { labelColor: INK, titleColor: INK } },
    layer: [
      { mark: { type: "rule", color: INK, strokeWidth: 2 }, encoding: { x: { datum: 1 } } },
      {
        mark: { type: "point", filled: true, size: 75, opacity: 0.9 },
        encoding: {
          y: { field: "row", type: "nominal", sort: order, axis: { ...axis, title: null, labelLimit: 0, labelFontSize: 12 } },
          x: {
            field: "ratio",
            type: "quantitative",
            scale: { type: "log" },
            axis: { ...axis, title: "time in multiples of Antler's: right of the line is slower", format: "~g", tickCount: 6 },
          },
          color: { field: "side", type: "nominal", scale: { domain: sides, range: sides.map((name) => hues[name]) }, title: null },
          shape: { field: "side", type: "nominal", scale: { domain: sides }, title: null },
        },
      },
    ],
  };
}

/** @returns an SVG */
export async function chart(rows: readonly RowResult[]): Promise<string> {
  const { compile } = await load<{ compile(spec: object): { spec: object } }>("vega", "vega-lite");
  const vega = await load<{ parse(spec: object): object; View: new (view: object, o: object) => { toSVG(): Promise<string> } }>(
    "vega",
    "vega",
  );
  const { spec } = compile(chartSpec(points(rows)));
  return new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
}
