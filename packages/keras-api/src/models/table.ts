/** Tables of box characters, laid out as Python's rich library lays them out for Keras. */

export type Align = "left" | "right" | "center";
export interface Column {
  readonly title: string;
  readonly align: Align;
  /** The width asked for; the table takes something off so that padding and borders fit. */
  readonly width: number;
}

/** The text of a table `lineLength` wide. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], lineLength: number): string {
  const widths = fit(
    columns.map((c) => c.width + 2),
    lineLength - columns.length - 1,
  );
  const rule = (left: string, line: string, cross: string, right: string): string =>
    left + widths.map((w) => line.repeat(w)).join(cross) + right;
  const row = (cells: readonly string[], bar: string): string => {
    const wrapped = cells.map((text, i) => wrap(text, widths[i]! - 2));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, k) => {
      const parts = wrapped.map((lines, i) => ` ${pad(lines[k] ?? "", widths[i]! - 2, columns[i]!.align)} `);
      return bar + parts.join(bar) + bar;
    }).join("\n");
  };
  const head = [
    rule("┏", "━", "┳", "┓"),
    row(
      columns.map((c) => c.title),
      "┃",
    ),
    rule("┡", "━", "╇", "┩"),
  ];
  const body = rows.map((cells) => row(cells, "│")).join(`\n${rule("├", "─", "┼", "┤")}\n`);
  return [...head, ...(rows.length ? [body] : []), rule("└", "─", "┴", "┘")].join("\n");
}

function pad(text: string, width: number, align: Align): string {
  const left = { left: 0, right: width - text.length, center: Math.floor((width - text.length) / 2) }[align];
  return (" ".repeat(Math.max(0, left)) + text).padEnd(width);
}

/** Takes the excess off the columns in equal parts, what does not divide from the middle on. */
function fit(widths: readonly number[], room: number): readonly number[] {
  let excess = Math.max(0, widths.reduce((a, b) => a + b, 0) - room);
  return widths.map((w, i) => {
    const part = Math.min(w, roundHalfEven(excess / (widths.length - i)));
    excess -= part;
    return w - part;
  });
}
const roundHalfEven = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** Lines of at most `width`, broken at spaces; a longer word ends in "…". */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((l) => (l.length > width ? `${l.slice(0, width - 1)}…` : l));
}
