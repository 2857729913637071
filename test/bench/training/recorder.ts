/**
 * What a step asks of TensorFlow. Every way into it goes through the binding's functions, so these are the ones that are
 * watched: which op with which attributes on which shapes, and how long each call took. In the benchmarks alone.
 */
import type { NodeBackend, OpAttribute } from '@alix/train/tensorflow/load';

/** A tensor that an op reads. Sizes that an op takes as a tensor come with their numbers. */
export interface Operand {
  readonly shape: readonly number[];
  /** TensorFlow's number of the type: 1 float32, 3 int32, 20 resource. */
  readonly dtype: number;
  readonly numbers?: readonly number[];
}

export interface OpCall {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly ms: number;
}

/** What happened between `start` and `stop`. */
export interface Recording {
  readonly calls: readonly OpCall[];
  /** Numbers given to TensorFlow and taken from it, and tensors freed: how often, and milliseconds of all together. */
  readonly transfers: Readonly<Record<Transfer, { readonly count: number; readonly ms: number }>>;
  /** Tensors alive inside TensorFlow at the end, more than at the start. */
  readonly tensorsMore: number;
}

export type Transfer = 'createTensor' | 'tensorDataSync' | 'deleteTensor';
const transferNames: readonly Transfer[] = ['createTensor', 'tensorDataSync', 'deleteTensor'];

/** The part of the addon that is not in alix's own types of it. */
export interface RawBinding {
  createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number> | unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayLike<number>;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): { readonly id: number; readonly shape: readonly number[]; readonly dtype: number }[];
  getNumOfTensors(): number;
}

/** Tensors of at most so many whole numbers are remembered with their numbers: sizes, axes, paddings. */
const MOST_NUMBERS = 16;
const INT32 = 3;

export class Recorder {
  readonly #binding: RawBinding;
  readonly #known = new Map<number, Operand>();
  #calls: OpCall[] | undefined;
  #transfers = emptyTransfers();
  #tensorsBefore = 0;

  /** Puts itself between the backend and the binding, for good. Before any tensor is made, so that all are known. */
  constructor(backend: NodeBackend) {
    this.#binding = backend.binding as unknown as RawBinding;
    // the addon's own properties cannot be changed: an object that inherits from it takes its place
    const watched = Object.create(this.#binding, {
      executeOp: { value: this.#executeOp.bind(this) },
      createTensor: { value: this.#createTensor.bind(this) },
      tensorDataSync: {
        value: (id: number) => this.#transfer('tensorDataSync', () => this.#binding.tensorDataSync(id)),
      },
      deleteTensor: { value: this.#deleteTensor.bind(this) },
    }) as NodeBackend['binding'];
    (backend as { binding: NodeBackend['binding'] }).binding = watched;
  }

  /** The addon itself, for calls that are not to be watched. */
  get binding(): RawBinding {
    return this.#binding;
  }

  start(): void {
    this.#calls = [];
    this.#transfers = emptyTransfers();
    this.#tensorsBefore = this.#binding.getNumOfTensors();
  }

  stop(): Recording {
    const calls = this.#calls ?? [];
    this.#calls = undefined;
    return { calls, transfers: this.#transfers, tensorsMore: this.#binding.getNumOfTensors() - this.#tensorsBefore };
  }

  #executeOp(op: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number) {
    const start = performance.now();
    const made = this.#binding.executeOp(op, attributes, inputs, outputs);
    const ms = performance.now() - start;
    for (const { id, shape, dtype } of made) this.#known.set(id, { shape, dtype });
    this.#calls?.push({
      op,
      attributes,
      inputs: inputs.map((id) => this.#known.get(id) ?? { shape: [], dtype: 0 }),
      outputs: made.map(({ shape, dtype }) => ({ shape, dtype })),
      ms,
    });
    return made;
  }

  #createTensor(shape: readonly number[], dtype: number, values: ArrayLike<number>): number {
    const id = this.#transfer('createTensor', () => this.#binding.createTensor(shape, dtype, values));
    const isSizes = dtype === INT32 && values.length <= MOST_NUMBERS;
    this.#known.set(id, { shape, dtype, ...(isSizes ? { numbers: Array.from(values) } : {}) });
    return id;
  }

  #deleteTensor(id: number): void {
    this.#known.delete(id);
    this.#transfer('deleteTensor', () => this.#binding.deleteTensor(id));
  }

  #transfer<T>(name: Transfer, run: () => T): T {
    const start = performance.now();
    const result = run();
    if (this.#calls) {
      this.#transfers[name].ms += performance.now() - start;
      this.#transfers[name].count += 1;
    }
    return result;
  }
}

const emptyTransfers = () =>
  Object.fromEntries(transferNames.map((name) => [name, { count: 0, ms: 0 }])) as Record<
    Transfer,
    { count: number; ms: number }
  >;
