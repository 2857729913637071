/** The two foreign graphs as the manifest says that they are to be read: names, layouts, ranges and sizes, all checked. */
import { AlixError } from '@alix/infer/io/errors';
import { type Foreign, portNamed } from './foreign.js';
import type { Manifest } from './manifest.js';
import { checkOutput, inputSizes } from './shapes.js';

type Image = Manifest['image'];

interface Side extends Pick<Image, 'layout' | 'range'> {
  readonly foreign: Foreign;
  /** Name of the input. */
  readonly input: string;
  /** Its sizes, without the batch. */
  readonly sizes: readonly number[];
}

export interface Sides {
  readonly encoder: Side & {
    /** Names of outputs. */
    readonly mean: string;
    /** Absent where the encoder is deterministic. */
    readonly spread?: { readonly output: string; readonly isDeviation: boolean };
  };
  readonly decoder: Side & { readonly image: string };
}

/** The sizes of an image in a layout, without the batch. */
export const laidOut = ({ height, width, channels }: Image, layout: Image['layout']): readonly number[] =>
  layout === 'NCHW' ? [channels, height, width] : [height, width, channels];

/** @throws AlixError 'bad-graph' where a graph is not what the manifest says */
export function sidesOf(manifest: Manifest, graphs: { encoder: Foreign; decoder: Foreign }): Sides {
  const { image, latent } = manifest;
  const [{ encoder, decoder }, code] = [manifest, [latent.size]];
  const ways = {
    encoder: { layout: encoder.layout ?? image.layout, range: encoder.range ?? image.range },
    decoder: { layout: decoder.layout ?? image.layout, range: decoder.range ?? image.range },
  };
  const entrance = (side: 'encoder' | 'decoder', wanted: readonly number[]) => {
    const foreign = graphs[side];
    const port = portNamed(foreign, 'input', foreign.inputs, manifest[side].input, `${side}.input`);
    if (foreign.inputs.length > 1)
      throw new AlixError('bad-graph', 'the graph has several inputs', {
        where: foreign.where,
        expected: 'one input',
        found: foreign.inputs.map(({ name }) => name).join(', '),
        remedy: 'export a model that reads one',
      });
    return { foreign, ...ways[side], input: port.name, sizes: inputSizes(foreign, port, wanted) };
  };
  const output = (side: 'encoder' | 'decoder', name: string | undefined, key: string, wanted: readonly number[]) => {
    const foreign = graphs[side];
    const port = portNamed(foreign, 'output', foreign.outputs, name, `${side}.${key}`);
    checkOutput(foreign, port, wanted);
    return port.name;
  };
  const isDeviation = encoder.std !== undefined;
  const spread = encoder.std ?? encoder.log_variance;
  return {
    encoder: {
      ...entrance('encoder', laidOut(image, ways.encoder.layout)),
      mean: output('encoder', encoder.mean, 'mean', code),
      ...(spread !== undefined && {
        spread: { output: output('encoder', spread, isDeviation ? 'std' : 'log_variance', code), isDeviation },
      }),
    },
    decoder: {
      ...entrance('decoder', code),
      image: output('decoder', decoder.image, 'image', laidOut(image, ways.decoder.layout)),
    },
  };
}
