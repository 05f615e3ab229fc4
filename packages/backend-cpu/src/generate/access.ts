/** Reading and writing memory in lanes: neighbours at once, one element for all, or lane by lane. */
import { type Atom, type Axis, coefficient, type Index, type Load, type Size } from "@antler/compiler";
import { type Code, isWide } from "@antler/compiler/machine";
import { type DType, dtypeInfo } from "@antler/tensor-core";
import type { FunctionBuilder, Local } from "../wasm/index.ts";
import { turnSquare } from "../wasm/square.ts";
import { emitNode, repeat } from "./lanes.ts";
import type { Lanes, Schedule } from "./schedule.ts";
import type { Scope } from "./scope.ts";
import { isAffine, type Walk } from "./walk.ts";

/** Where a kernel notes an index out of range: which check (from 1), the index, and the axis' size. */
export const FAULT_ADDRESS = 64;

export interface Access {
  /** Makes the address of a load known, before any loop is entered. */
  declare(e: Code): void;
  /** Pushes the elements a load means in one unit. */
  load(e: Code, unit: number, lanes: Lanes, scope: Scope): void;
  /** Pushes an index as numbers. */
  index(e: Code, unit: number, lanes: Lanes, scope: Scope): void;
  store(to: Place, value: Local, unit: number, lanes: Lanes): void;
}
interface Place {
  readonly slot: number;
  readonly index: Index;
}
/** The axes along which neighbouring lanes, and neighbouring units, go: one and the same, or those of a tile. */
export interface Going {
  lanes: Axis | undefined;
  units: Axis | undefined;
}

/** @param varies whether the lanes of a node differ */
export function accessOf(walk: Walk, plan: Schedule, going: Going, varies: (e: Code) => boolean): Access {
  const { f } = walk;
  const { width } = plan;
  /** Of what a tile reads across the lanes: a vector for each unit. */
  const turned = new Map<Code, readonly Local[]>();
  return { declare, load, index, store };

  /** Elements between neighbouring lanes, or units of a tile. */
  function apart(index: Index, axis: Axis | undefined): Size {
    return (axis && coefficient(index, axis)) ?? 0;
  }
  function isTile(): boolean {
    return going.units !== going.lanes;
  }
  /** Pushes the address of the first lane of a tile's unit; other units are told apart by an offset. */
  function pointer({ slot, index }: Place, unit: number): void {
    f.get(walk.pointer(slot, index));
    if (isTile()) move(slot, apart(index, going.units), unit);
  }
  /** Moves the address on the stack so many times so many elements. */
  function move(slot: number, by: Size, times: number): void {
    if (times > 0 && by !== 0) walk.size(by, times * bytesOf(walk.kernel.buffers[slot]!)).i32Add();
  }
  function ahead(unit: number): number {
    return isTile() ? 0 : unit * width;
  }

  function declare(e: Code): void {
    const { slot, index } = e.value as Load;
    walk.declare(slot, index);
  }

  // ---- Loads

  function load(e: Code, unit: number, lanes: Lanes, scope: Scope): void {
    const { slot, index } = e.value as Load;
    const dtype = walk.kernel.buffers[slot]!;
    const guard = e.args[0] && scope.at(e.args[0], unit);
    const guardVaries = e.args[0] !== undefined && varies(e.args[0]);
    const changes = varies(e);
    const along = going.lanes && isAffine(index) ? apart(index, going.lanes) : undefined;
    const single = lanes === 1 || !changes;

    let addresses: Local | undefined;
    if (!isAffine(index)) {
      addresses = f.local("v128");
      indexVector(index, unit, lanes, scope);
      f.set(addresses);
    }
    const first = (): void => {
      if (addresses) laneAddress(slot, addresses, 0);
      else pointer({ slot, index }, unit);
    };
    const whole = (): void => {
      if (single || along === 0) splat(dtype, first);
      else if (along === 1) loadVector(dtype, first, ahead(unit) * bytesOf(dtype));
      else if (isTile() && apart(index, going.units) === 1) turn(e, along!, unit);
      else {
        f.i32x4(0);
        for (let lane = 0; lane < width; lane++) loadLane(dtype, slot, index, addresses, along, unit, lane);
        fill(dtype);
      }
    };
    if (!guard) return whole();
    const out = f.local("v128");
    f.i32x4(0).set(out);
    const all = (): void => {
      whole();
      f.set(out);
    };
    if (single || !guardVaries) f.get(guard).v128AnyTrue().if(all);
    else {
      f.get(guard)
        .i32x4AllTrue()
        .if(all, () => {
          for (let lane = 0; lane < width; lane++) {
            f.get(guard)
              .i32x4ExtractLane(lane)
              .if(() => {
                f.get(out);
                loadLane(dtype, slot, index, addresses, along, unit, lane);
                f.set(out);
              });
          }
        });
    }
    f.get(out);
    if (!single && guardVaries) fill(dtype);
  }
  /** Pushes a unit of a square whose neighbours in memory are those of the units: all of it is read for the first one, and turned. */
  function turn(e: Code, along: Size, unit: number): void {
    if (unit === 0) {
      const { slot, index } = e.value as Load;
      const dtype = walk.kernel.buffers[slot]!;
      const rows = Array.from({ length: width }, (_, lane) => {
        const row = f.local("v128");
        loadVector(dtype, () => lanePointer(slot, index, along, 0, lane), 0);
        f.set(row);
        return row;
      });
      turned.set(e, turnSquare(f, rows, isWide(dtype)));
    }
    f.get(turned.get(e)![unit]!);
  }

  /** Fills a vector of which only the first two lanes were loaded one by one. */
  function fill(dtype: DType): void {
    if (width === 2 && !isWide(dtype)) repeat(f);
  }

  /** Replaces one lane of the vector on the stack by its element. */
  function loadLane(
    dtype: DType,
    slot: number,
    index: Index,
    addresses: Local | undefined,
    along: Size | undefined,
    unit: number,
    lane: number,
  ): void {
    if (addresses) laneAddress(slot, addresses, lane);
    else lanePointer(slot, index, along!, unit, lane);
    scalarLoad(f, dtype);
    if (isWide(dtype)) f.i64x2ReplaceLane(lane);
    else f.i32x4ReplaceLane(lane);
  }
  /** Pushes the address of a lane's element. */
  function lanePointer(slot: number, index: Index, along: Size, unit: number, lane: number): void {
    pointer({ slot, index }, unit);
    move(slot, along, ahead(unit) + lane);
  }
  function laneAddress(slot: number, addresses: Local, lane: number): void {
    f.get(walk.buffers[slot]!).get(addresses).i32x4ExtractLane(lane);
    const bytes = bytesOf(walk.kernel.buffers[slot]!);
    f.i32(Math.log2(bytes)).i32Shl().i32Add();
  }

  function loadVector(dtype: DType, address: () => void, offset: number): void {
    address();
    const bytes = width * bytesOf(dtype);
    if (bytes === 16) f.v128Load(offset);
    else f[`v128Load${(8 * bytes) as 16 | 32 | 64}Splat`](offset);
    if (bytesOf(dtype) === 1) {
      if (dtype === "int8") f.i16x8ExtendLowI8x16S();
      else f.i16x8ExtendLowI8x16U();
    }
    if (bytesOf(dtype) <= 2) {
      if (dtype.startsWith("int")) f.i32x4ExtendLowI16x8S();
      else f.i32x4ExtendLowI16x8U();
    }
    if (dtype === "bool") f.i32x4(0).i32x4Ne();
  }
  function splat(dtype: DType, address: () => void): void {
    address();
    if (isWide(dtype)) f.v128Load64Splat();
    else if (bytesOf(dtype) === 4) f.v128Load32Splat();
    else {
      scalarLoad(f, dtype);
      f.i32x4Splat();
    }
  }

  // ---- Indices

  function index(e: Code, unit: number, lanes: Lanes, scope: Scope): void {
    indexVector(e.value as Index, unit, lanes, scope);
  }

  function indexVector(index: Index, unit: number, lanes: Lanes, scope: Scope): void {
    walk.size(index.constant);
    for (const { atom, by } of index.terms) {
      if (atom.kind !== "axis") continue;
      f.get(walk.counters.get(atom.axis)!);
      if (by !== 1) walk.size(by).i32Mul();
      f.i32Add();
    }
    f.i32x4Splat();
    const scaled = (by: Size): FunctionBuilder => (by === 1 ? f : walk.size(by).i32x4Splat().i32x4Mul()).i32x4Add();
    const vector = index.terms.find((t) => t.atom.kind === "axis" && t.atom.axis === going.lanes);
    if (vector && lanes > 1) {
      f.v128(new Uint8Array(Int32Array.of(0, 1, 2, 3).map((l) => (l % width) + unit * width).buffer));
      scaled(vector.by);
    }
    for (const { atom, by } of index.terms) {
      if (atom.kind === "axis") continue;
      pushAtom(atom, unit, lanes, scope);
      scaled(by);
    }
  }

  function pushAtom(atom: Exclude<Atom, { kind: "axis" }>, unit: number, lanes: Lanes, scope: Scope): void {
    if (atom.kind === "data") return pushData(atom, unit, scope);
    const of = f.local("v128");
    indexVector(atom.of, unit, lanes, scope);
    f.set(of);
    const { by } = atom;
    if (typeof by === "number" && Number.isInteger(Math.log2(by))) {
      f.get(of);
      if (atom.kind === "div") f.i32(Math.log2(by)).i32x4ShrS();
      else f.i32x4(by - 1).v128And();
      return;
    }
    const divisor = f.local("v128");
    walk.size(by).i32x4Splat().set(divisor);
    const leaf: Code = { op: "index", args: [], dtype: "int32" };
    emitNode(f, { op: atom.kind === "div" ? "floorDiv" : "mod", args: [leaf, leaf], dtype: "int32" }, [of, divisor]);
  }
  /** A data index; the first one out of range is noted with its check and its axis' size, and all such read element 0 instead. */
  function pushData(atom: Extract<Atom, { kind: "data" }>, unit: number, scope: Scope): void {
    const value = scope.at(atom.expr as Code, unit);
    const { check } = atom;
    if (!check) {
      f.get(value);
      return;
    }
    const fine = f.local("v128");
    const wrong = f.local("i32");
    f.get(value);
    walk
      .size(check.below)
      .i32x4Splat()
      .i32x4LtU()
      .tee(fine)
      .v128Not()
      .i32x4Bitmask()
      .tee(wrong)
      .if(() => {
        f.i32(FAULT_ADDRESS).i32(plan.checkId(check)).i32Store();
        // The lane of the lowest bit that is set.
        for (let lane = 3; lane >= 0; lane--) {
          f.get(wrong)
            .i32(1 << lane)
            .i32And()
            .if(() => void f.i32(FAULT_ADDRESS).get(value).i32x4ExtractLane(lane).i32Store(4));
        }
        f.i32(FAULT_ADDRESS);
        walk.size(check.below).i32Store(8);
      });
    f.get(value).get(fine).v128And();
  }

  // ---- Stores

  function store({ slot, index }: Place, value: Local, unit: number, lanes: Lanes): void {
    const dtype = walk.kernel.buffers[slot]!;
    const along = apart(index, going.lanes);
    const packed = pack(dtype, value);
    const bytes = bytesOf(dtype);
    if (lanes > 1 && along === 1) {
      pointer({ slot, index }, unit);
      f.get(packed);
      const offset = ahead(unit) * bytes;
      if (width * bytes === 16) f.v128Store(offset);
      else f[`v128Store${(8 * width * bytes) as 16 | 32 | 64}Lane`](0, offset);
      return;
    }
    for (let lane = 0; lane < (along === 0 ? 1 : lanes); lane++) {
      lanePointer(slot, index, along, unit, lane);
      f.get(packed)[`v128Store${(8 * bytes) as 8 | 16 | 32 | 64}Lane`](lane);
    }
  }
  /** 32-bit lanes as the dtype stores them, in the low bytes. */
  function pack(dtype: DType, value: Local): Local {
    if (bytesOf(dtype) >= 4) return value;
    const out = f.local("v128");
    f.get(value);
    if (dtype === "bool") f.i32x4(1).v128And();
    f.get(value);
    const used = bytesOf(dtype) === 2 ? [0, 1, 4, 5, 8, 9, 12, 13] : [0, 4, 8, 12];
    f.i8x16Shuffle(...Array.from({ length: 16 }, (_, k) => used[k % used.length]!)).set(out);
    return out;
  }
}

const bytesOf = (dtype: DType): number => dtypeInfo(dtype).bytes;

function scalarLoad(f: FunctionBuilder, dtype: DType): void {
  if (dtype === "bool") f.i32Load8U().i32Eqz().i32(1).i32Sub();
  else if (dtype === "int8") f.i32Load8S();
  else if (dtype === "uint8") f.i32Load8U();
  else if (dtype === "int16") f.i32Load16S();
  else if (bytesOf(dtype) === 2) f.i32Load16U();
  else if (isWide(dtype)) f.i64Load();
  else f.i32Load();
}
