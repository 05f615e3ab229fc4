/** keras.dtype_policies: policies by name or config, and as files hold them. */
import { type DTypePolicy, policyOf } from "./policy.ts";
import { type Serialized, serializeObject } from "./serialization/config.ts";

export { DTypePolicy, DTypePolicy as FloatDTypePolicy, policyOf as get } from "./policy.ts";

/** A policy as files hold it. */
export const serialize = (policy: DTypePolicy): Serialized => serializeObject(policy);
/**
 * The policy of such a config.
 * @throws ValueError for quantized policies and maps of policies
 */
export const deserialize = (config: Serialized): DTypePolicy => policyOf(config);
