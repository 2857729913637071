/** ONNX Runtime's session as a GraphSession: the same code above onnxruntime-node and onnxruntime-web. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { GraphSession, Port, Tensors, TensorValue } from './session.js';

/** The part of ONNX Runtime's module that sessions need. */
export interface Ort {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32' | 'uint8', data: Float32Array | Uint8Array, dims: readonly number[]) => Tensor;
}

const portOf = (meta: InferenceSession.ValueMetadata): Port =>
  meta.isTensor
    ? { name: meta.name, type: meta.type, shape: [...meta.shape] }
    : { name: meta.name, type: 'none', shape: [] };

/** Opens a graph. Rejects with ONNX Runtime's own Error. */
export async function openSession(
  ort: Ort,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<GraphSession> {
  const session = await ort.InferenceSession.create(bytes, options);
  return {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { type, data, dims }]) => [name, new ort.Tensor(type, data, dims)] as const,
      );
      const results = await session.run(Object.fromEntries(tensors));
      const made: Record<string, TensorValue> = {};
      for (const [name, tensor] of Object.entries(results)) {
        const { type, dims, data } = tensor as Tensor;
        // other types are told by Model, which knows what was promised
        made[name] = { type: type as TensorValue['type'], dims: [...dims], data: data as TensorValue['data'] };
      }
      return made satisfies Tensors;
    },
    release: () => session.release(),
  };
}
