/** Paddings and output sizes of the layers with a window, in one place: conv and transposed conv are each other's adjoint. */
import { AlixError } from '@alix/infer/io/errors';
import type { ParameterSpec, Shape } from './layer.js';
import type { ExplicitPadding } from './ops.js';

/** 'same' and 'valid' as TensorFlow defines them ('same' may be asymmetric, the odd pixel after); a number pads each side. */
export type Padding = 'same' | 'valid' | number | ExplicitPadding;

/** No bias, one per feature, or one per output pixel and feature. */
export type Bias = boolean | 'untied';

export interface WindowArgs {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly features: number;
  readonly padding: Padding;
  readonly bias: Bias;
  /** The weight is divided by its largest singular value. */
  readonly spectral?: true;
}

type Axis = 0 | 1;

function sides(padding: Padding, axis: Axis, total: number): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'same') return [Math.floor(total / 2), Math.ceil(total / 2)];
  if (typeof padding === 'number') return [padding, padding];
  return padding[axis];
}

/**
 * The explicit padding of a convolution whose input has this size.
 * 'same' keeps ceil(n / stride) and puts the odd pixel after, as TensorFlow does.
 */
export function convPadding(input: Shape, { kernel, stride, padding }: WindowArgs): ExplicitPadding {
  const axis = (a: Axis) => {
    const n = input[a] ?? 0;
    return sides(padding, a, Math.max((Math.ceil(n / stride[a]) - 1) * stride[a] + kernel[a] - n, 0));
  };
  return [axis(0), axis(1)];
}

/** Height and width after a convolution: floor((n + padding - kernel) / stride) + 1. */
export function convSize(input: Shape, args: WindowArgs): readonly [number, number] {
  const padding = convPadding(input, args);
  const axis = (a: Axis) =>
    Math.floor(((input[a] ?? 0) + padding[a][0] + padding[a][1] - args.kernel[a]) / args.stride[a]) + 1;
  return [axis(0), axis(1)];
}

/** What a transposed convolution crops from its full output; 'same' gives n * stride. */
export function transposedPadding({ kernel, stride, padding }: WindowArgs): ExplicitPadding {
  const axis = (a: Axis) => sides(padding, a, Math.max(kernel[a] - stride[a], 0));
  return [axis(0), axis(1)];
}

/** Height and width after a transposed convolution: (n - 1) * stride + kernel - crop; 'same' is n * stride, whatever the kernel. */
export function transposedSize(input: Shape, args: WindowArgs): readonly [number, number] {
  const crop = transposedPadding(args);
  const axis = (a: Axis) => {
    const n = input[a] ?? 0;
    if (args.padding === 'same') return n * args.stride[a];
    return (n - 1) * args.stride[a] + args.kernel[a] - crop[a][0] - crop[a][1];
  };
  return [axis(0), axis(1)];
}

/** Refuses inputs that are no image and outputs without a pixel. */
export function checkWindow(input: Shape, output: readonly [number, number], path: string): void {
  if (input.length !== 3 || output[0] < 1 || output[1] < 1)
    throw new AlixError('bad-architecture', 'the window does not fit its input', {
      where: path,
      expected: 'height x width x channels, with at least one output pixel',
      found: `${input.join('x')} -> ${output.join('x')}`,
    });
}

/** The bias of a layer with a window, if it has one: per feature, or per output pixel and feature. */
export function biasParameters(bias: Bias, output: Shape, fanIn: number): readonly ParameterSpec[] {
  if (bias === false) return [];
  return bias === 'untied'
    ? [{ name: 'bias', shape: output, role: 'output-bias', trainable: true, fanIn }]
    : [{ name: 'bias', shape: output.slice(-1), role: 'bias', trainable: true, fanIn }];
}
