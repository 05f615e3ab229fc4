/** What files hold of an object: variables of its own, and the objects below it. Formats walk over these. */
import type { Variable } from "@antler/tensor-core";

/**
 * Parts by the names that Keras's Python classes have for them, in the order files are written; what is neither saveable nor a
 * container of such is passed over.
 */
export type SavedParts = Readonly<Record<string, unknown>>;

/** A layer, a model or an optimizer, as a format sees it. */
export interface Saveable {
  readonly name: string;
  /** Keras's name of the class: in a container, files tell objects apart by it. */
  readonly className: string;
  /** Its own variables in the order of files, without those of its parts. */
  readonly ownWeights: readonly Variable[];
  /** The objects below it, alone or in arrays, Maps, Sets and plain objects. */
  savedParts(): SavedParts;
}

export const isSaveable = (value: unknown): value is Saveable =>
  typeof value === "object" && value !== null && "savedParts" in value && "ownWeights" in value;

/** The order in which Keras goes over attributes: as Python sorts them, those with an underscore last. */
export const inPythonOrder = (parts: SavedParts): SavedParts =>
  Object.fromEntries(Object.entries(parts).sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1)));
const rank = (name: string): string => (name.startsWith("_") ? `~${name}` : name);
