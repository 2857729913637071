/** What alix needs of ONNX Runtime, and the check that a graph is the one its model.json promises. */
import type { InferenceSession } from 'onnxruntime-common';
import type { Bundle, GraphName } from './bundle.js';
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

interface Port {
  readonly name: string;
  readonly type: 'float32' | 'uint8';
  /** 'N' is the one symbolic dimension; 'any' a size that the graph alone states. */
  readonly shape: readonly ('N' | 'any' | number)[];
  /** A graph may have this input or not. */
  readonly optional?: true;
}

export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

const float = (name: string, ...shape: Port['shape']): Port => ({ name, type: 'float32', shape: ['N', ...shape] });

/** What graphs of images, and those of points, read and put out as data. */
function dataPorts({ image, points }: Bundle): { readonly data: Port; readonly made: readonly Port[]; mask?: Port } {
  if (!image) {
    const port = float('points', points?.size ?? 'any');
    return { data: port, made: [port] };
  }
  const { height, width, channels } = image;
  const pixels = (name: string): Port => ({ name, type: 'uint8', shape: ['N', height, width, channels] });
  return {
    data: pixels('image'),
    made: [float('image', height, width, channels), pixels('pixels')],
    mask: float('mask', height, width, 1),
  };
}

/** The inputs and outputs, in order, that a graph of this bundle has. */
export function signature(bundle: Bundle, graph: GraphName): Signature {
  const { data, made, mask } = dataPorts(bundle);
  const code = (name: string) => float(name, bundle.latent?.size ?? 'any');
  const codes = bundle.encoder?.deterministic ? [code('mean')] : [code('mean'), code('log_variance')];
  const logit = float('logit', 'any');
  const table: Record<GraphName, Signature> = {
    encoder: { inputs: [data], outputs: codes },
    decoder: { inputs: [code('latent')], outputs: made },
    critic: { inputs: [data, { ...code('latent'), optional: true }], outputs: [logit] },
    features: { inputs: [data], outputs: [float('features', 'any')] },
    masked_encoder: { inputs: mask ? [data, mask] : [data], outputs: codes },
    classifier: { inputs: [data], outputs: [logit] },
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
  const given = new Set(session.inputNames);
  const inputs = wanted.inputs.filter(({ name, optional }) => !optional || given.has(name));
  comparePorts('inputs', session.inputMetadata, inputs, where);
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
    wanted.every((size, i) =>
      size === 'N' || size === 'any' ? typeof actual[i] === (size === 'N' ? 'string' : 'number') : actual[i] === size,
    )
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
