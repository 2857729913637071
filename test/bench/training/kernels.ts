/** The convolutions and matrix products of a step: what each computes, and how fast it is alone. */
import type { OpCall, Operand, RawBinding } from './recorder.js';

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

const attribute = (call: Pick<OpCall, 'attributes'>, name: string): unknown =>
  call.attributes.find((candidate) => candidate.name === name)?.value;

type Counted = Pick<OpCall, 'op' | 'attributes' | 'inputs' | 'outputs'>;

/** 2 x (numbers of the map that the window is laid on) x kernel height x kernel width x channels of the other side. */
const window = (map: readonly number[], filter: readonly number[]) => 2 * size(map) * size(filter.slice(0, 3));

/** 2 x all of a, whichever way round it is read, x the columns of b. */
const product = (call: Counted, transposesB: string) => {
  const [a, b] = call.inputs;
  return 2 * size(a!.shape) * (b!.shape.at(attribute(call, transposesB) ? -2 : -1) ?? 0);
};

/** Ops that are matrix products underneath, with the floating-point operations of a call; a multiply-add is two. */
const counted: Readonly<Record<string, (call: Counted) => number>> = {
  Conv2D: ({ inputs, outputs }) => window(outputs[0]!.shape, inputs[1]!.shape),
  _FusedConv2D: ({ inputs, outputs }) => window(outputs[0]!.shape, inputs[1]!.shape),
  Conv2DBackpropInput: ({ inputs }) => window(inputs[2]!.shape, inputs[1]!.shape),
  Conv2DBackpropFilter: ({ inputs, outputs }) => window(inputs[2]!.shape, outputs[0]!.shape),
  MatMul: (call) => product(call, 'transpose_b'),
  _FusedMatMul: (call) => product(call, 'transpose_b'),
  BatchMatMul: (call) => product(call, 'adj_y'),
  BatchMatMulV2: (call) => product(call, 'adj_y'),
};

/** Floating-point operations of a call; undefined where it is no matrix product. Padding counts as pixels do. */
export const flopsOf = (call: Counted): number | undefined => counted[call.op]?.(call);

/** Calls of one op with the same shapes and attributes. */
export interface Kernel {
  readonly call: OpCall;
  readonly count: number;
  readonly flops: number;
  /** Milliseconds of one of its calls inside the step, the mean over those recorded. */
  readonly msInStep: number;
}

const shapes = (operands: readonly Operand[]) => operands.map(({ shape, numbers }) => (numbers ?? shape).join('x'));

/** "Conv2D 100x14x14x64, 4x4x64x128 -> 100x7x7x128, strides 1,2,2,1, SAME": the same for calls that do the same work. */
export function describe(call: Counted): string {
  const words = call.attributes.flatMap(({ name, value }) => {
    if (name === 'strides') return [`stride ${(value as number[]).slice(1, 3).join('x')}`];
    if (name === 'padding') return [`${value}`];
    if (/^(transpose|adj)_/.test(name)) return value ? [name] : [];
    if (name === 'fused_ops') return [`fused ${value}`];
    return [];
  });
  return `${call.op} ${shapes(call.inputs).join(', ')} -> ${shapes(call.outputs).join(', ')}${words.map((w) => `, ${w}`).join('')}`;
}

/** The distinct kernels among the calls of `steps` steps, those with the most work first; counts are per step. */
export function kernelsOf(calls: readonly OpCall[], steps = 1): readonly Kernel[] {
  const groups = new Map<string, OpCall[]>();
  for (const call of calls) {
    if (flopsOf(call) === undefined) continue;
    const name = describe(call);
    groups.set(name, [...(groups.get(name) ?? []), call]);
  }
  return [...groups.values()]
    .map((same) => ({
      call: same[0] as OpCall,
      count: same.length / steps,
      flops: flopsOf(same[0] as OpCall) ?? 0,
      msInStep: same.reduce((sum, { ms }) => sum + ms, 0) / same.length,
    }))
    .sort((a, b) => b.count * b.flops - a.count * a.flops);
}

const WARM_UP = 2;
const REPEATS = 3;
const MOST_REPEATS = 30;
const MOST_MS = 20;

/** Milliseconds of some calls of a kernel alone, on random numbers of the recorded shapes. */
export function timesAlone(
  binding: RawBinding,
  { op, attributes, inputs, outputs }: Pick<OpCall, 'op' | 'attributes' | 'inputs' | 'outputs'>,
): number[] {
  const ids = inputs.map(({ shape, dtype, numbers }) =>
    binding.createTensor(shape, dtype, numbers ? Int32Array.from(numbers) : randomNumbers(size(shape))),
  );
  const once = () => {
    const start = performance.now();
    const made = binding.executeOp(op, attributes, ids, outputs.length);
    const ms = performance.now() - start;
    for (const { id } of made) binding.deleteTensor(id);
    return ms;
  };
  try {
    for (let i = 0; i < WARM_UP; i++) once();
    const times: number[] = [];
    const start = performance.now();
    do times.push(once());
    while (times.length < REPEATS || (times.length < MOST_REPEATS && performance.now() - start < MOST_MS));
    return times;
  } finally {
    for (const id of ids) binding.deleteTensor(id);
  }
}

let pool = new Float32Array(0);

/** Numbers in [-1,1), quickly made: what they are does not matter, only that they are neither zero nor subnormal. */
function randomNumbers(n: number): Float32Array {
  if (pool.length < n) {
    pool = new Float32Array(n);
    let state = 1;
    for (let i = 0; i < n; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      pool[i] = state / 2 ** 31 || 0.5;
    }
  }
  return pool.subarray(0, n);
}
