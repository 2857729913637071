/** What alix needs of ONNX Runtime, and the check that a graph is the one its model.json promises. */
import type { Bundle, GraphName } from './bundle.js';
import { AlixError } from './io/errors.js';
import type { GraphSession, Port as OpenPort } from './session.js';

/** An ONNX Runtime on one device. node.ts and web.ts make one; tests may pass their own. */
export interface Runtime {
  /** The device in use: 'cpu', 'cuda', 'wasm', 'webgpu'. */
  readonly name: string;
  /** Why it is not the device that would have been preferred. */
  readonly reason?: string | undefined;
  /** Threads of one run, where that is known. */
  readonly threads?: number | undefined;
  /**
   * @param bytes the graph, handed over: where the runtime is in a worker they are gone afterwards
   * @param what the file's path or URL, for error messages
   * @throws AlixError 'bad-graph' when the bytes are not an ONNX graph that this runtime takes
   */
  createSession(bytes: Uint8Array, what: string): Promise<GraphSession>;
  /** Frees what the runtime itself holds: a worker, a device. Its sessions are gone with it. */
  dispose?(): Promise<void>;
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

interface DataPorts {
  readonly data: Port;
  readonly made: readonly Port[];
  readonly mask?: Port;
  /** What a decoder's image is compared with; points have no such graph. */
  readonly target: readonly Port[];
}

/** What graphs of images, and those of points, read and put out as data. */
function dataPorts({ image, points }: Bundle): DataPorts {
  if (!image) {
    const port = float('points', points?.size ?? 'any');
    return { data: port, made: [port], target: [] };
  }
  const { height, width, channels } = image;
  const pixels = (name: string): Port => ({ name, type: 'uint8', shape: ['N', height, width, channels] });
  return {
    data: pixels('image'),
    made: [float('image', height, width, channels), pixels('pixels')],
    mask: float('mask', height, width, 1),
    target: [pixels('target'), float('weight', height, width, 1)],
  };
}

/** The inputs and outputs, in order, that a graph of this bundle has. */
export function signature(bundle: Bundle, graph: GraphName): Signature {
  const { data, made, mask, target } = dataPorts(bundle);
  const code = (name: string) => float(name, bundle.latent?.size ?? 'any');
  const codes = bundle.encoder?.deterministic ? [code('mean')] : [code('mean'), code('log_variance')];
  const logit = float('logit', 'any');
  const features = float('features', 'any');
  const table: Record<GraphName, Signature> = {
    encoder: { inputs: [data], outputs: codes },
    decoder: { inputs: [code('latent')], outputs: made },
    critic: { inputs: [data, { ...code('latent'), optional: true }], outputs: [logit] },
    features: { inputs: [data], outputs: [features] },
    masked_encoder: { inputs: mask ? [data, mask] : [data], outputs: codes },
    classifier: { inputs: [data], outputs: bundle.within ? [logit, features] : [logit] },
    refine: {
      inputs: [code('latent'), ...target],
      outputs: [{ name: 'loss', type: 'float32', shape: ['N'] }, code('gradient')],
    },
  };
  return table[graph];
}

/**
 * Checks names, order, types and shapes of a session's inputs and outputs against model.json.
 *
 * @throws AlixError 'bad-graph'
 */
export function checkSignature(session: GraphSession, bundle: Bundle, graph: GraphName, where: string): void {
  const wanted = signature(bundle, graph);
  const given = new Set(session.inputs.map(({ name }) => name));
  const inputs = wanted.inputs.filter(({ name, optional }) => !optional || given.has(name));
  comparePorts('inputs', session.inputs, inputs, where);
  comparePorts('outputs', session.outputs, wanted.outputs, where);
}

function comparePorts(side: string, actual: readonly OpenPort[], wanted: readonly Port[], where: string): void {
  const expected = wanted.map(describePort).join(', ');
  const found = actual.map(describeOpen).join(', ').slice(0, 300);
  const same =
    actual.length === wanted.length &&
    wanted.every((port, i) => {
      const meta = actual[i];
      return meta?.name === port.name && meta.type === port.type && sameShape(meta.shape, port.shape);
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

function describeOpen({ name, type, shape }: OpenPort): string {
  return type === 'none' ? `${name} (not a tensor)` : `${name} ${type} [${shape.map((size) => size || '?').join(',')}]`;
}
