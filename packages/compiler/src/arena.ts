/** Packs temporaries into one block by lifetime: first fit, largest first. */

export interface Request {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}
const ALIGNMENT = 64;
const align = (n: number): number => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

/** An offset for each request such that none that are alive together overlap, and how much room that takes. */
export function pack(requests: readonly Request[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const offsets: number[] = new Array(requests.length).fill(0) as number[];
  const placed: { start: number; end: number; request: Request }[] = [];
  let bytes = 0;
  const byNeed = requests.map((request, i) => ({ request, i })).sort((a, b) => b.request.bytes - a.request.bytes);
  for (const { request, i } of byNeed) {
    const alive = placed
      .filter((p) => p.request.first <= request.last && request.first <= p.request.last)
      .sort((a, b) => a.start - b.start);
    let start = 0;
    for (const p of alive) {
      if (start + request.bytes <= p.start) break;
      start = Math.max(start, p.end);
    }
    const end = align(start + request.bytes);
    placed.push({ start, end, request });
    offsets[i] = start;
    bytes = Math.max(bytes, end);
  }
  return { offsets, bytes };
}
