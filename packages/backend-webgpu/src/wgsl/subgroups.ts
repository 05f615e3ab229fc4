/** Subgroups: lanes beside each other that see each other's registers, and so need no barrier to put together what they have. */

/**
 * How many lanes, from a multiple of as many on, are surely in one subgroup; 1 where there are none. Subgroups may be larger, and
 * differ from shader to shader. That lanes lie in them in their order is true of workgroups along one axis.
 */
export function subgroupSizeOf({ features, adapterInfo }: GPUDevice): number {
  const { subgroupMinSize = 1 } = (adapterInfo ?? {}) as { readonly subgroupMinSize?: number };
  return features.has("subgroups" as GPUFeatureName) ? subgroupMinSize : 1;
}

/** What a shader that looks at its neighbours' registers begins with. */
export const enabled = (near: number): readonly string[] => (near > 1 ? ["subgroups"] : []);

/** A loop after which each of `near` lanes has what all of them had: `join` is given the text of what another lane has. */
export const joinNear = (near: number, join: (other: (value: string) => string) => string): string =>
  near === 1 ? "" : `for (var apart = 1u; apart < ${near}u; apart *= 2u) {\n${join((value) => `subgroupShuffleXor(${value}, apart)`)}\n}`;
