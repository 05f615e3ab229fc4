/** Puts generated text into a page between its markers, and leaves the rest to people. */

const begin = "<!-- measured: begin -->";
const end = "<!-- measured: end -->";

/** @throws Error where the page has not one pair of markers */
export function withMeasured(page: string, text: string): string {
  const [before, rest, ...more] = page.split(begin);
  const [, after, ...ends] = rest?.split(end) ?? [];
  if (rest === undefined || after === undefined || more.length || ends.length) {
    throw new Error(`expected one ${begin} and one ${end} after it`);
  }
  return `${before}${begin}\n\n${text.trim()}\n\n${end}${after}`;
}
