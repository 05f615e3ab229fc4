// The numbers of Winograd's minimal filtering F(4×4, 3×3): maps between tiles and values at points, for one axis.
//
// Four results of a window of three are the product of two polynomials, modulo one of degree 6: by Winograd ("Arithmetic
// Complexity of Computations", 1980) its values at six points are enough, so 6 products do the work of 12, and 36 that
// of 144 on both axes (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016):
//
//   results = Aᵀ ((G·filter·Gᵀ) ⊙ (Bᵀ·tile·B)) A
//
// The points are 0, ±2/3, ±3/2 and infinity, not the usual 0, ±1, ±2 and infinity: their powers stay near 1, so that
// less cancels. Measured on 32 channels of random numbers, the error is twice that of plain sums instead of 4.5 times
// (a bound on its growth: 60 instead of 256), and as 2/3·3/2 = 1 they need no more instructions.
//
// What is computed differs from exact arithmetic by less than (c + 37)·ε times the same expression with the absolute
// values of all numbers, where c products are added (ε = 2⁻²⁴, to first order): no map of one axis rounds a term more
// than 6 times, its coefficients included; three maps on two axes are 36, and a product is one.

/** Results of a tile along one axis. */
export const tileExtent = 4;
/** Taps of the filter along one axis. */
export const taps = 3;
/** Points, and inputs under a tile, along one axis. */
export const points: number = tileExtent + taps - 1;
/** Points on both axes: so many matrices stand for an array of tiles. */
export const matrices: number = points * points;

/**
 * A map onto the values of a polynomial at the points, as rows of coefficients. A row of a pair ±p is the sum, or the
 * difference, of an even and an odd half.
 */
export interface PointMap {
  readonly zero: readonly number[];
  readonly pairs: readonly { readonly even: readonly number[]; readonly odd: readonly number[] }[];
  readonly infinity: readonly number[];
}

const [near, far] = [2 / 3, 3 / 2];
/** Each point with the other one, its reciprocal. */
const pairs = [
  [near, far],
  [far, near],
] as const;

/** Bᵀ: of six inputs. Its rows are the polynomials that vanish at all other points. */
export function inputMap(): PointMap {
  const middle = -(near * near + far * far);
  return {
    zero: [1, 0, middle, 0, 1, 0],
    pairs: pairs.map(([p, other]) => ({ even: [0, 0, -other * other, 0, 1, 0], odd: [0, -other, 0, p, 0, 0] })),
    infinity: [0, 1, 0, middle, 0, 1],
  };
}

/** A: of four results. The transposed map leads from products to results. */
export function resultMap(): PointMap {
  return powers(tileExtent, () => 1);
}

/** G: of three taps. The divisors of the interpolation are in this map alone. */
export function filterMap(): PointMap {
  return powers(taps, (p, other) => 1 / (2 * p * p * (p * p - other * other)));
}

/** The values of a polynomial of `count` coefficients, those at each pair times a factor. */
function powers(count: number, factorOf: (p: number, other: number) => number): PointMap {
  const only = (place: number): number[] => Array.from({ length: count }, (_, i) => Number(i === place));
  return {
    zero: only(0),
    pairs: pairs.map(([p, other]) => {
      // By multiplication: engines may differ in the last bit of a power.
      const all = only(0).map((_, i) => new Array<number>(i).fill(p).reduce((product, factor) => product * factor, factorOf(p, other)));
      const half = (parity: number): number[] => all.map((power, i) => (i % 2 === parity ? power : 0));
      return { even: half(0), odd: half(1) };
    }),
    infinity: only(count - 1),
  };
}
