/** DTypePolicy: in which dtype a layer computes, and in which it keeps its weights. */
import { type DType, isDType, ValueError } from "@antler/tensor-core";
import { type Config, type Configurable, isSerialized, type Serialized } from "./serialization/config.ts";

/** A dtype, `"mixed_float16"`, `"mixed_bfloat16"`, a policy, or the config of one. */
export type PolicyLike = DType | "mixed_float16" | "mixed_bfloat16" | DTypePolicy | Serialized;

/**
 * A plain dtype is for both; the mixed policies keep weights in float32 and compute in 16 bits
 * (Micikevicius et al. 2018, https://arxiv.org/abs/1710.03740).
 * @example
 * new DTypePolicy("mixed_float16").computeDtype; // "float16"
 */
export class DTypePolicy implements Configurable {
  readonly name: string;
  /** Of inputs and results. */
  readonly computeDtype: DType;
  /** Of weights. */
  readonly variableDtype: DType;

  /** @param name a dtype, `"mixed_float16"` or `"mixed_bfloat16"`; default: the global policy's */
  constructor(name: string = globalPolicy.name) {
    const mixed = /^mixed_(b?float16)$/.exec(name)?.[1];
    const compute = mixed ?? name;
    if (!isDType(compute)) {
      throw new ValueError("DTypePolicy", `no policy is called "${name}"`, { hint: 'Use a dtype, "mixed_float16" or "mixed_bfloat16".' });
    }
    this.name = name;
    this.computeDtype = compute;
    this.variableDtype = mixed ? "float32" : compute;
  }
  get className(): string {
    return "DTypePolicy";
  }
  get module(): string {
    return "keras";
  }
  getConfig(): Config {
    return { name: this.name };
  }
}

let globalPolicy = new DTypePolicy("float32");

/** What layers made without a dtype follow. */
export const dtypePolicy = (): DTypePolicy => globalPolicy;

/**
 * Sets what layers made from now on follow.
 * @example
 * setDtypePolicy("mixed_bfloat16");
 */
export function setDtypePolicy(policy: PolicyLike): void {
  globalPolicy = policyOf(policy);
}

/** The policy meant; the global one where none is. */
export function policyOf(policy: PolicyLike | null | undefined): DTypePolicy {
  if (policy === null || policy === undefined) return globalPolicy;
  if (policy instanceof DTypePolicy) return policy;
  if (!isSerialized(policy)) return new DTypePolicy(policy);
  if (policy.class_name === "DTypePolicy" || policy.class_name === "FloatDTypePolicy") return new DTypePolicy(nameIn(policy));
  throw new ValueError("DTypePolicy", `there is no policy of class "${policy.class_name}"`, {
    hint: "Quantized policies and maps of policies are not supported.",
  });
}
const nameIn = ({ config }: Serialized): string => String((config as Config)["name"]);
