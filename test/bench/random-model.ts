/** Encoders with random weights, for benchmarks: speed depends on a table's networks, not on what they have learnt. */
import { exportBundle, graphFiles, type TrainedModel } from '@alix/export';
import { loadModel, nodeRuntime } from '@alix/infer';
import { createRandom } from '@alix/infer/io/random';
import { architectures } from '@alix/train/architectures/index';
import { randomWeights } from '../export/support.js';
import { untrained } from '../fixtures/untrained.js';

/** Writes the bundle of an encoder with the networks of this architecture, at its defaults, to the folder `out`. */
export async function writeRandomModel(architecture: string, out: string): Promise<void> {
  const found = architectures[architecture];
  if (!found) throw new Error(`there is no architecture called "${architecture}"`);
  const spec = found.build(found.options);
  const networks = Object.fromEntries(Object.entries(spec.networks).filter(([name]) => 'FEG'.includes(name)));
  const values = spec.data.shape.reduce((product, size) => product * size, 1);
  const examples = Uint8Array.from(createRandom('examples').uniform(2 * values), (value) => 255 * value);
  const described: Omit<TrainedModel, 'trained'> = {
    name: `random-${architecture}`,
    system: 'dali',
    dataset: 'none',
    architecture: { ...spec, networks },
    chains: { encoder: ['F', 'E'], decoder: ['G'] },
    weights: randomWeights(networks),
    training: untrained,
    licence: 'Apache-2.0',
    examples,
  };
  const trained = await graphsThemselves(described);
  try {
    await exportBundle({ ...described, trained }, out, { load: (folder) => loadModel(folder, { device: 'cpu' }) });
  } finally {
    await trained.dispose();
  }
}

/** There are no trained networks to compare with: the graphs answer for them. */
async function graphsThemselves(model: Omit<TrainedModel, 'trained'>) {
  const runtime = await nodeRuntime({ device: 'cpu' });
  const files = graphFiles({ ...model, trained: { run: async () => ({}) } });
  return {
    async run(graph: string, inputs: Readonly<Record<string, Float32Array | Uint8Array>>, n: number) {
      const session = await runtime.createSession(files.get(`${graph}.onnx`) as Uint8Array, graph);
      const feeds = session.inputs.map(({ name, shape }) => {
        const data = inputs[name] as Float32Array | Uint8Array;
        const type = data instanceof Uint8Array ? ('uint8' as const) : ('float32' as const);
        return [name, { type, dims: shape.map((size) => (typeof size === 'number' ? size : n)), data }] as const;
      });
      const results = Object.entries(await session.run(Object.fromEntries(feeds)));
      await session.release();
      return Object.fromEntries(results.map(([name, { data }]) => [name, data]));
    },
    dispose: async () => runtime.dispose?.(),
  };
}
