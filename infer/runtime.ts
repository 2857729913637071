/** What alix needs of ONNX Runtime, and the check that a graph is the one its model.json promises. */
import type { InferenceSession } from 'onnxruntime-common';
import type { Bundle } from './bundle.js';
import { AlixError } from './io/errors.js';

/** An ONNX Runtime on one device. node.ts and web.ts make one; tests may pass their own. */
export interface Runtime {
  /** The device in use: 'cpu', 'cuda', 'wasm', 'webgpu'. */
  readonly name: string;
  /**
   * @param what the file's path or URL, for error messages
   * @throws AlixError 'bad-graph' when the bytes are not an ONNX graph that this runtime takes
   */
  createSession(bytes: Uint8Array, what: string): Promise<InferenceSession>;
}

/** The graphs of a bundle that this version runs. */
export type GraphName = 'encoder' | 'decoder';

interface Port {
  readonly name: string;
  readonly type: 'float32' | 'uint8';
  /** 'N' is the one symbolic dimension. */
  readonly shape: readonly ('N' | number)[];
}

interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** The inputs and outputs, in order, that a graph of this bundle has. */
export function signature(bundle: Bundle, graph: GraphName): Signature {
  const { height, width, channels } = bundle.image;
  const image = ['N', height, width, channels] as const;
  const latent = ['N', bundle.latent.size] as const;
  const mean: Port = { name: 'mean', type: 'float32', shape: latent };
  const logVariance: Port = { name: 'log_variance', type: 'float32', shape: latent };
  const table: Record<GraphName, Signature> = {
    encoder: {
      inputs: [{ name: 'image', type: 'uint8', shape: image }],
      outputs: bundle.encoder.deterministic ? [mean] : [mean, logVariance],
    },
    decoder: {
      inputs: [{ name: 'latent', type: 'float32', shape: latent }],
      outputs: [
        { name: 'image', type: 'float32', shape: image },
        { name: 'pixels', type: 'uint8', shape: image },
      ],
    },
  };
  return table[graph];
}

/**
 * Checks names, order, types and shapes of a session's inputs and outputs against model.json.
 *
 * @throws AlixError 'bad-graph'
 */
export function checkSignature(session: InferenceSession, bundle: Bundle, graph: GraphName, where: string): void {
  const wanted = signature(bundle, graph);
  comparePorts('inputs', session.inputMetadata, wanted.inputs, where);
  comparePorts('outputs', session.outputMetadata, wanted.outputs, where);
}

function comparePorts(
  side: string,
  actual: readonly InferenceSession.ValueMetadata[],
  wanted: readonly Port[],
  where: string,
): void {
  const expected = wanted.map(describePort).join(', ');
  const found = actual.map(describeMetadata).join(', ').slice(0, 300);
  const same =
    actual.length === wanted.length &&
    wanted.every((port, i) => {
      const meta = actual[i];
      return meta?.isTensor && meta.name === port.name && meta.type === port.type && sameShape(meta.shape, port.shape);
    });
  if (!same)
    throw new AlixError('bad-graph', `the graph's ${side} are not those that model.json promises`, {
      where,
      expected,
      found: found || 'none',
      remedy: 'export the model again',
    });
}

function sameShape(actual: readonly (number | string)[], wanted: Port['shape']): boolean {
  return (
    actual.length === wanted.length &&
    wanted.every((size, i) => (size === 'N' ? typeof actual[i] === 'string' : actual[i] === size))
  );
}

function describePort({ name, type, shape }: Port): string {
  return `${name} ${type} [${shape.join(',')}]`;
}

function describeMetadata(meta: InferenceSession.ValueMetadata): string {
  return meta.isTensor
    ? `${meta.name} ${meta.type} [${meta.shape.map((size) => size || '?').join(',')}]`
    : `${meta.name} (not a tensor)`;
}
