/** A graph that is open in some ONNX Runtime, as plain data: what crosses to a worker and back, and what Model runs. */

/** The numbers of one tensor, row-major. */
export type Values = Float32Array | Uint8Array;

/** One tensor. */
export interface TensorValue {
  readonly type: 'float32' | 'uint8';
  readonly dims: readonly number[];
  readonly data: Values;
}

/** What a graph says of one input or output. */
export interface Port {
  readonly name: string;
  /** ONNX Runtime's word: 'float32', 'uint8', ...; 'none' for what is no tensor. */
  readonly type: string;
  /** Sizes; a text where the graph leaves one open. */
  readonly shape: readonly (number | string)[];
}

/** Tensors by the names of a graph's inputs or outputs. */
export type Tensors = Readonly<Record<string, TensorValue>>;

/** An open graph. */
export interface GraphSession {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Runs the graph once. Rejects with ONNX Runtime's own Error, or with an AlixError where the runtime itself is gone. */
  run(feeds: Tensors): Promise<Tensors>;
  /** Frees the graph's memory. */
  release(): Promise<void>;
}
