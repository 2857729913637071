/** The rows of architectures as plain data, and the layers behind each; spec.ts makes networks of them. */
import { AlixError } from '@alix/infer/io/errors';
import type { LayerArguments, LayerName } from './layers/index.js';
import type { Shape } from './layers/layer.js';
import type { Bias, Padding, WindowArgs } from './layers/window.js';

export type { Bias } from './layers/window.js';

interface WindowRow extends WindowArgs {
  /** What follows, in order: words such as 'bn', 'lrelu(0.1)', 'relu', 'sigmoid', 'dropout(0.2)'. */
  readonly then: string;
}

/** One row of a table. */
export type Row =
  | ({ readonly op: 'conv' } & WindowRow)
  | ({ readonly op: 'transposed-conv' } & WindowRow)
  | {
      readonly op: 'fully-connected';
      readonly features: number;
      readonly bias: boolean;
      readonly spectral?: true;
      readonly then: string;
    }
  | { readonly op: 'reshape'; readonly shape: Shape }
  | { readonly op: 'dropout'; readonly rate: number }
  | { readonly op: 'flatten' }
  | { readonly op: 'max-pool'; readonly size: number; readonly stride: number }
  | { readonly op: 'resize-nearest'; readonly height: number; readonly width: number }
  | { readonly op: 'rescale'; readonly factor: number; readonly offset: number }
  | { readonly op: 'planar-flow' }
  | { readonly op: 'affine-coupling'; readonly hidden: number; readonly flip: boolean };

export interface FullyConnectedOptions {
  readonly bias?: boolean;
  /** Spectral normalisation (Miyato et al. 2018): W / sigma(W). */
  readonly spectral?: boolean;
}

export interface WindowOptions extends Omit<FullyConnectedOptions, 'bias'> {
  readonly padding?: Padding;
  /** 'untied': one per output pixel and channel, started from the data's mean (`initialiser.outputBias`). */
  readonly bias?: Bias;
}

const normed = (spectral: boolean): { spectral?: true } => (spectral ? { spectral: true } : {});

const pair = (n: number | readonly [number, number]): readonly [number, number] => (typeof n === 'number' ? [n, n] : n);

/** `conv(4, 2, 64, 'bn lrelu(0.1)')`: kernel, stride, feature maps, what follows. Padding is 'same' unless given. */
export function conv(
  kernel: number | readonly [number, number],
  stride: number | readonly [number, number],
  features: number,
  then = '',
  { padding = 'same', bias = true, spectral = false }: WindowOptions = {},
): Row {
  return { op: 'conv', kernel: pair(kernel), stride: pair(stride), features, padding, bias, ...normed(spectral), then };
}

/** Transposed convolution; a padding of p crops p from each side of the full output, as PyTorch's does. */
export function transposedConv(
  kernel: number | readonly [number, number],
  stride: number | readonly [number, number],
  features: number,
  then = '',
  { padding = 'same', bias = true, spectral = false }: WindowOptions = {},
): Row {
  return {
    op: 'transposed-conv',
    kernel: pair(kernel),
    stride: pair(stride),
    features,
    padding,
    bias,
    ...normed(spectral),
    then,
  };
}

/** Fully connected row; an input with more than one axis is flattened first. */
export function fullyConnected(
  features: number,
  then = '',
  { bias = true, spectral = false }: FullyConnectedOptions = {},
): Row {
  return { op: 'fully-connected', features, bias, ...normed(spectral), then };
}

/** `reshape(7, 7, 128)`: to height, width, channels (channels last, also where a paper prints them first). */
export const reshape = (...shape: number[]): Row => ({ op: 'reshape', shape });
export const flatten = (): Row => ({ op: 'flatten' });

/** The largest of each square window, without padding. */
export const maxPool = (size: number, stride: number): Row => ({ op: 'max-pool', size, stride });
/** An image of this height and width; each pixel is that of the input at floor(i * input / output). */
export const resizeNearest = (height: number, width: number): Row => ({ op: 'resize-nearest', height, width });
/** x * factor + offset: `rescale(2, -1)` takes [0,1] to [-1,1]. */
export const rescale = (factor: number, offset: number): Row => ({ op: 'rescale', factor, offset });
/** One planar layer of a flow; it has no closed inverse. */
export const planarFlow = (): Row => ({ op: 'planar-flow' });
/** One affine coupling of a flow, with a closed inverse: half of the vector moves, the second half or, flipped, the first. */
export const affineCoupling = (hidden: number, flip: boolean): Row => ({ op: 'affine-coupling', hidden, flip });

/** Dropout on what comes in, where a table means a row's input; after a row it is the word 'dropout(0.2)'. */
export const dropout = (rate: number): Row => ({ op: 'dropout', rate });

const words: Readonly<Record<string, { kind: LayerName; argument?: string }>> = {
  bn: { kind: 'batch-norm' },
  relu: { kind: 'relu' },
  lrelu: { kind: 'leaky-relu', argument: 'slope' },
  sigmoid: { kind: 'sigmoid' },
  tanh: { kind: 'tanh' },
  softplus: { kind: 'softplus' },
  maxout: { kind: 'maxout', argument: 'pieces' },
  dropout: { kind: 'dropout', argument: 'rate' },
};

/** The layers behind one row: the operation, then what its words name. */
export function layersOf(row: Row): { kind: LayerName; args: LayerArguments }[] {
  const { op, ...rest } = row;
  const { then = '', ...args } = rest as { then?: string };
  return [{ kind: op, args }, ...then.split(/\s+/).filter(Boolean).map(parseWord)];
}

function parseWord(word: string): { kind: LayerName; args: LayerArguments } {
  const [, name = '', value] = /^([a-z]+)(?:\(([-+.\de]+)\))?$/.exec(word) ?? [];
  const known = words[name];
  const usage = Object.entries(words).map(([w, { argument }]) => (argument ? `${w}(${argument})` : w));
  if (!known || (known.argument === undefined) !== (value === undefined) || Number.isNaN(Number(value ?? 0)))
    throw new AlixError('bad-architecture', `"${word}" is not a layer word`, { expected: usage.join(', ') });
  return { kind: known.kind, args: known.argument ? { [known.argument]: Number(value) } : {} };
}
