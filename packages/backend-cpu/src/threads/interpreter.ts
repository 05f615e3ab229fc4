/**
 * What threads do with a job, as WebAssembly: claim a piece, make its calls, count it as done, until none is left.
 *
 * A piece is claimed by adding 1 to `CLAIM` with a compare-and-swap. The word holds the job's number too, so that one who
 * read it before the job changed cannot claim a piece of another; while the caller describes a new job, it says "no piece
 * left". Nobody divides the work beforehand: a thread that the system takes away for a while only does fewer pieces. Pieces are
 * added while others are already under way.
 *
 * A list of pieces is int32 words: for each piece, and once more for the end, where its calls begin; then the calls. A call
 * is `slot | arguments << 16`, a mask of the arguments that are offsets into the thread's own scratch, and the arguments.
 */
import { FunctionBuilder, type Local } from "../wasm/index.ts";
import { atomic } from "./atomics.ts";
import { ASLEEP, BELL, CLAIM, DONE, JOB, LAST_MODULE } from "./layout.ts";

export interface CrewExports {
  /** Begins a job, without pieces so far; of the last one nothing may be left. */
  open(hall: number, list: number, scratch: number, scratchBytes: number): void;
  /** There are now `count` pieces to do, or done. */
  publish(hall: number, count: number): void;
  /** Does pieces, as every thread does, until none is left. */
  help(hall: number): void;
  /** Waits until all of `count` pieces are done, at most so many rounds, then at most so many nanoseconds; how many are done. */
  finish(hall: number, count: number, spins: number, nanoseconds: bigint): number;
  /** A worker's life: comes back only when there are modules behind the one it knows. */
  work(hall: number, thread: number, lastModule: number): void;
}

/** Rounds that a worker looks for a new job before it sleeps. */
const idleRounds = 50000;
const NO_PIECE_LEFT = 0x7fffffff;

export function crewFunctions(): Record<keyof CrewExports, FunctionBuilder> {
  const participate = claimPieces();
  return { open: open(), publish: publish(), help: help(participate), finish: finish(), work: work(participate) };
}

function open(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [hall, list, scratch, scratchBytes] = f.parametersOf("i32", 4);
  const job = f.local("i64");
  // The number of the next job, in the upper half.
  atomic(f.get(hall), "i64.load", CLAIM).i64(32).i64ShrU().i64(1).i64Add().i64(32).i64Shl().set(job);
  atomic(f.get(hall).get(job).i64(NO_PIECE_LEFT).i64Or(), "i64.store", CLAIM);
  f.get(hall).get(list).i32Store(JOB.list).get(hall).get(scratch).i32Store(JOB.scratch);
  f.get(hall).get(scratchBytes).i32Store(JOB.scratchBytes);
  atomic(f.get(hall).i32(0), "i32.store", JOB.count);
  atomic(f.get(hall).i32(0), "i32.store", DONE);
  return atomic(f.get(hall).get(job), "i64.store", CLAIM);
}

function publish(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [hall, count] = f.parametersOf("i32", 2);
  atomic(f.get(hall).get(count), "i32.store", JOB.count);
  atomic(f.get(hall).i32(1), "i32.rmw.add", BELL).drop();
  // Who falls asleep from now on finds that the bell has changed; who slept is called once.
  return atomic(f.get(hall), "i32.load", ASLEEP).if(() => {
    atomic(f.get(hall).i32(0), "i32.store", ASLEEP);
    atomic(f.get(hall).i32(-1), "notify", BELL).drop();
  });
}

function help(participate: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [hall] = f.parameters("i32");
  return f.callWith(participate, hall, 0, () => f.get(hall).i32Load(LAST_MODULE));
}

/** Claims pieces of the present job until there are none, or until there are modules that the thread does not know. */
function claimPieces(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [hall, thread, lastModule] = f.parametersOf("i32", 3);
  const claim = f.local("i64");
  const [piece, list, at, end, scratch] = f.localsOf("i32", 5);
  const run = runCalls();
  const word = (name: keyof typeof JOB): FunctionBuilder => f.get(hall).i32Load(JOB[name]);
  const count = (): FunctionBuilder => atomic(f.get(hall), "i32.load", JOB.count);
  f.block((exit) => {
    f.loop((again) => {
      atomic(f.get(hall), "i64.load", CLAIM).tee(claim).i32WrapI64().tee(piece);
      count().i32GeU().branchIf(exit);
      atomic(f.get(hall), "i32.load", LAST_MODULE).get(lastModule).i32Ne().branchIf(exit);
      word("list").set(list);
      word("scratchBytes").get(thread).i32Mul();
      word("scratch").i32Add().set(scratch);
      atomic(f.get(hall).get(claim).get(claim).i64(1).i64Add(), "i64.rmw.cmpxchg", CLAIM);
      f.get(claim).i64Ne().branchIf(again);
      const start = (next: number): FunctionBuilder => f.get(list).get(piece).i32(2).i32Shl().i32Add().i32Load(next).get(list).i32Add();
      start(0).set(at);
      start(4).set(end);
      f.callWith(run, at, end, scratch);
      atomic(f.get(hall).i32(1), "i32.rmw.add", DONE).i32(1).i32Add();
      count().i32Eq();
      f.if(() => atomic(f.get(hall).i32(-1), "notify", DONE).drop());
      f.branch(again);
    });
  });
  return f;
}

/** Makes the calls between two addresses. */
function runCalls(): FunctionBuilder {
  const f = new FunctionBuilder();
  const [at, end, scratch] = f.parametersOf("i32", 3);
  const [slot, count, mask, given, from, to] = f.localsOf("i32", 6);
  f.whileBelow(at, end, () => {
    f.get(at).i32Load().tee(slot).i32(16).i32ShrU().set(count);
    f.get(at).i32Load(4).set(mask);
    f.get(at).i32(8).i32Add().tee(given).tee(from).get(count).i32(2).i32Shl().i32Add().set(at);
    f.get(mask);
    f.if(() => copyArguments(f, { mask, scratch, given, from, to, end: at }));
    f.get(given).get(slot).i32(0xffff).i32And().callSlot();
  });
  return f;
}

interface ArgumentCopy {
  readonly mask: Local;
  readonly scratch: Local;
  readonly given: Local;
  readonly from: Local;
  readonly to: Local;
  readonly end: Local;
}
/** Copies arguments to the start of scratch, with scratch's address added to those of the mask. */
function copyArguments(f: FunctionBuilder, { mask, scratch, given, from, to, end }: ArgumentCopy): void {
  f.get(scratch).tee(to).set(given);
  f.whileBelow(from, end, () => {
    f.get(to).get(from).i32Load().get(mask).i32(1).i32And().get(scratch).i32Mul().i32Add().i32Store();
    f.get(mask).i32(1).i32ShrU().set(mask);
    f.increase(from, 4).increase(to, 4);
  });
}

function finish(): FunctionBuilder {
  const f = new FunctionBuilder({ results: ["i32"] });
  const [hall, count, spins, nanoseconds] = f.parameters("i32", "i32", "i32", "i64");
  const done = f.local("i32");
  const look = (): FunctionBuilder => atomic(f.get(hall), "i32.load", DONE).tee(done);
  f.while(
    () => look().get(count).i32Ne().get(spins).i32(0).i32Ne().i32And(),
    () => f.increase(spins, -1),
  );
  f.get(done).get(count).i32Ne().get(nanoseconds).i64(0).i64Ne().i32And();
  f.if(() => atomic(f.get(hall).get(done).get(nanoseconds), "wait32", DONE).drop());
  return look();
}

function work(participate: FunctionBuilder): FunctionBuilder {
  const f = new FunctionBuilder();
  const [hall, thread, lastModule] = f.parametersOf("i32", 3);
  const [bell, rounds] = f.localsOf("i32", 2);
  const ring = (): FunctionBuilder => atomic(f.get(hall), "i32.load", BELL);
  f.block((exit) => {
    f.loop((again) => {
      ring().set(bell);
      atomic(f.get(hall), "i32.load", LAST_MODULE).get(lastModule).i32Ne().branchIf(exit);
      f.callWith(participate, hall, thread, lastModule);
      f.i32(idleRounds).set(rounds);
      f.while(
        () => ring().get(bell).i32Eq().get(rounds).i32(0).i32Ne().i32And(),
        () => f.increase(rounds, -1),
      );
      f.get(rounds).i32Eqz();
      f.if(() => {
        atomic(f.get(hall).i32(1), "i32.store", ASLEEP);
        atomic(f.get(hall).get(bell).i64(-1), "wait32", BELL).drop();
      });
      f.branch(again);
    });
  });
  return f;
}
