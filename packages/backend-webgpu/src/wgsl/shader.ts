/** A compute shader before it is known which of its arrays lie in one buffer. */
import { helpersFor } from "./helpers.ts";
import { accessors, type Binding, type Reach, type Slot } from "./memory.ts";

export interface Shader {
  readonly name: string;
  readonly slots: readonly Slot[];
  /** Numbers that each dispatch brings, read as i32. */
  readonly params: number;
  /** Invocations of a workgroup. */
  readonly lanes: number;
  /** Extensions of the language that it needs. */
  readonly enables?: readonly string[] | undefined;
  /**
   * Declarations, and the body of the entry point, in which `group` is the number of the workgroup and `lane` that of the
   * invocation in it, both u32.
   */
  write(reach: Reach): { readonly declarations?: string; readonly body: string };
}

/** The words before the parameters: the number of workgroups, a zero, then where each slot begins, in elements. */
export const FIRST_SLOT_WORD = 2;
export const headWords = (shader: Shader): number => FIRST_SLOT_WORD + shader.slots.length;
export const totalWords = (shader: Shader): number => headWords(shader) + shader.params;

/** The module for one way to lay slots into bindings. */
export function moduleText(shader: Shader, bindings: readonly Binding[], bindingOf: readonly number[]): string {
  const word = (at: number): string => `params.v[${at >> 2}].${"xyzw"[at & 3]}`;
  const text = accessors(shader.slots, bindings, bindingOf, (slot) => word(FIRST_SLOT_WORD + slot));
  const { declarations = "", body } = shader.write({ ...text.reach, param: (k) => `bitcast<i32>(${word(headWords(shader) + k)})` });
  const own = `${declarations}
@compute @workgroup_size(${shader.lanes})
fn main(@builtin(workgroup_id) groupId: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = groupId.x + groupId.y * groups.x;
  if (group >= ${word(0)}) { return; }
${body}
}`;
  const access = text.functionsFor(own);
  const head = [
    ...(shader.enables ?? []).map((name) => `enable ${name};`),
    `struct Params { v: array<vec4u, ${Math.ceil(totalWords(shader) / 4)}> }`,
    "@group(0) @binding(0) var<uniform> params: Params;",
    ...text.declarations,
    // No compiler knows that it is one.
    `fn zero() -> u32 { return ${word(1)}; }`,
  ];
  return [...head, helpersFor(access + own), access, own].join("\n");
}
