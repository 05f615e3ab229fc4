// Tables as programs show them: read from what Node prints, to be compared with what a page shows.

/** Rows of cells, the head first; the first cell of each row is its name, and that of the head is empty. */
export type Table = readonly (readonly string[])[];

/** The table that `console.table` drew. */
export function printedTable(output: string): Table {
  const rows = output
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) => line.split("│").slice(1, -1).map(cell));
  const [head, ...body] = rows;
  if (head === undefined) throw new Error(`The program printed no table:\n${output}`);
  return [head.map((name) => ({ "(index)": "", Values: "Value" })[name] ?? name), ...body];
}

/** A string without the quotes that tell it from a number. */
const cell = (text: string): string => text.trim().replace(/^'(.*)'$/, "$1");
