/** Schedules by config. */
import { type Serialized, serializeObject } from "../../serialization/config.ts";
import { type Family, resolve } from "../../serialization/family.ts";
import * as members from "./members.ts";
import { LearningRateSchedule } from "./schedule.ts";

const family: Family<LearningRateSchedule> = { kind: "schedule", base: LearningRateSchedule, members: () => members };

/**
 * The schedule of a config.
 * @throws ValueError for an unknown class, listing the known ones
 */
export const get = (identifier: LearningRateSchedule | Serialized): LearningRateSchedule => resolve(family, identifier);

/** A schedule as files hold it. */
export const serialize = (schedule: LearningRateSchedule): Serialized => serializeObject(schedule);
/** The schedule of such a config. */
export const deserialize = (config: Serialized): LearningRateSchedule => get(config);
