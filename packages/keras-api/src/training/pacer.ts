/** Pacer: keeps the host from running far ahead of the device, and from holding the thread. */
import type { Tensor, TypedArray } from "@antler/tensor-core";
import { nextTurn } from "../host.ts";

/** Steps submitted and not finished. */
const IN_FLIGHT = 2;
/** Milliseconds after which others get a turn. */
const TURN = 50;
/** When others last had a turn; epochs may be shorter than that. */
let lastTurn = 0;

/** Takes what each step returns; the last of them can be read. */
export class Pacer {
  readonly #steps: { readonly result: Tensor; readonly done: Promise<unknown> | undefined }[] = [];

  /** Takes a step's result. Returns a promise only where there is something to wait for. */
  submit(result: Tensor): Promise<void> | undefined {
    const { backend } = result.storage("step");
    const synchronous = backend.capabilities.synchronousReads;
    // What a step gives is read only where nothing else tells that it is done: numbers on their way to the host cost time.
    this.#steps.push({ result, done: synchronous ? undefined : (backend.finished?.() ?? result.data()) });
    if (synchronous) while (this.#steps.length > 1) this.#steps.shift()!.result.dispose();
    const tired = performance.now() - lastTurn > TURN;
    return tired || this.#steps.length > IN_FLIGHT ? this.#wait(tired) : undefined;
  }
  async #wait(tired: boolean): Promise<void> {
    while (this.#steps.length > IN_FLIGHT) {
      await this.#steps[0]!.done;
      this.#steps.shift()!.result.dispose();
    }
    if (!tired) return;
    await nextTurn();
    lastTurn = performance.now();
  }

  /** Whether no step was taken yet. */
  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }
  /** The numbers of the last step. */
  read(): Promise<TypedArray> {
    return this.#steps.at(-1)!.result.data();
  }
  /** Lets go of everything, once it is finished. */
  async finish(): Promise<void> {
    for (const { result, done } of this.#steps.splice(0)) {
      await done?.catch(() => {});
      result.dispose();
    }
  }
}
