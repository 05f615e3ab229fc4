/** Writes protocol buffers: just what a small ONNX model needs. */

/** A field: its number and its encoded value. */
export type Field = Uint8Array;

const encoder = new TextEncoder();

/** A field that holds a whole number. */
export const integer = (field: number, value: number): Field => Uint8Array.from([...varint(field << 3), ...varint(value)]);

/** A field that holds a float32. */
export function float(field: number, value: number): Field {
  return concat([Uint8Array.from(varint((field << 3) | 5)), new Uint8Array(Float32Array.of(value).buffer)]);
}

/** A field that holds text, bytes, or a message made of fields. */
export function block(field: number, content: string | Uint8Array | readonly Field[]): Field {
  const bytes = typeof content === "string" ? encoder.encode(content) : content instanceof Uint8Array ? content : concat(content);
  return concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]);
}

/** Pieces one after the other. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    result.set(piece, at);
    at += piece.length;
  }
  return result;
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
