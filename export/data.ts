/** Where data enter a graph and leave it: uint8 images to the range that was trained on and back, points as they are. */
import { AlixError } from '@alix/infer/io/errors';
import { type ArchitectureSpec, type Shape, size } from '@alix/train/spec';
import type { GraphBuilder, Output } from './builder.js';
import { elementCode } from './onnx.js';
import { mapped, plain, toPlain, toShape, type Value } from './value.js';

/** The input `image` uint8 [N,H,W,C], brought to the architecture's range; or `points` float32 [N,d]. */
export function dataInput(graph: GraphBuilder, architecture: ArchitectureSpec): Value {
  if (isPoints(architecture)) {
    const { shape } = architecture.data;
    return plain(graph.input('points', 'float32', ['N', ...shape], 'float32 [N,d]'), shape);
  }
  const [low, high] = architecture.data.range;
  const shape = imageShape(architecture);
  const image = graph.input('image', 'uint8', ['N', ...shape], 'uint8 [N,H,W,C], 0..255');
  const to = { to: { int: elementCode('float32') } };
  const x = plain(graph.node('Cast', [image], 'image.float', ['N', ...shape], to), shape);
  const scaled = mapped(graph, x, 'Mul', 'image.scaled', { inputs: [graph.scalar((high - low) / 255)] });
  return low === 0 ? scaled : mapped(graph, scaled, 'Add', 'image.shifted', { inputs: [graph.scalar(low)] });
}

/** The input `latent` float32 [N,d]. */
export function latentInput(graph: GraphBuilder, { latent }: ArchitectureSpec): Value {
  const doc = 'float32 [N,d], codes or draws from the prior';
  return plain(graph.input('latent', 'float32', ['N', latent.size], doc), [latent.size]);
}

/**
 * The outputs `image` float32 [N,H,W,C] in [0,1], clipped, and `pixels` uint8 [N,H,W,C]; or `points` float32 [N,d].
 * pixels = floor(255 image + 0.5), in float32. (Round, half to even, has no WebGPU kernel; the two differ only at exact halves.)
 */
export function dataOutputs(graph: GraphBuilder, architecture: ArchitectureSpec, made: Value): readonly Output[] {
  const { shape } = architecture.data;
  let x = toPlain(graph, toShape(graph, made, shape));
  if (isPoints(architecture)) return [{ name: 'points', value: x.name, doc: 'float32 [N,d]' }];
  const [low, high] = architecture.data.range;
  if (low !== 0) x = mapped(graph, x, 'Sub', 'image.shifted', { inputs: [graph.scalar(low)] });
  if (high - low !== 1) x = mapped(graph, x, 'Mul', 'image.scaled', { inputs: [graph.scalar(1 / (high - low))] });
  return pictureOutputs(graph, x);
}

/** The outputs `image` and `pixels` of a value [N,H,W,C] on the scale [0,1], whose numbers may lie outside. */
export function pictureOutputs(graph: GraphBuilder, made: Value): readonly Output[] {
  const { shape } = made;
  const x = mapped(graph, made, 'Clip', 'image.clipped', { inputs: [graph.scalar(0), graph.scalar(1)] });
  const levels = mapped(graph, x, 'Mul', 'pixels.levels', { inputs: [graph.scalar(255)] });
  const nudged = mapped(graph, levels, 'Add', 'pixels.nudged', { inputs: [graph.scalar(0.5)] });
  const whole = mapped(graph, nudged, 'Floor', 'pixels.whole');
  const to = { to: { int: elementCode('uint8') } };
  const pixels = graph.node('Cast', [whole.name], 'pixels.uint8', ['N', ...shape], to, 'uint8');
  return [
    { name: 'image', value: x.name, doc: 'float32 [N,H,W,C] in [0,1]' },
    { name: 'pixels', value: pixels, doc: 'uint8 [N,H,W,C], floor(255 image + 0.5)' },
  ];
}

/** x with `fill` where the input `mask` float32 [N,H,W,1] is 1. @param fill on the scale [0,1] */
export function masked(graph: GraphBuilder, architecture: ArchitectureSpec, x: Value, fill: number): Value {
  const [low, high] = architecture.data.range;
  const [height = 0, width = 0] = imageShape(architecture);
  const shape = [height, width, 1];
  const doc = 'float32 [N,H,W,1]: 1 where the image is hidden, 0 elsewhere';
  const mask = plain(graph.input('mask', 'float32', ['N', ...shape], doc), shape);
  const under = mapped(graph, mask, 'Mul', 'mask.filled', { inputs: [graph.scalar(low + (high - low) * fill)] });
  const dims = ['N', ...shape] as const;
  const seen = graph.node('Sub', [graph.scalar(1), mask.name], 'mask.seen', dims);
  const outside = mapped(graph, x, 'Mul', 'image.seen', { inputs: [seen] });
  return mapped(graph, outside, 'Add', 'image.masked', { inputs: [under.name] });
}

export const isPoints = ({ data }: ArchitectureSpec): boolean => data.kind === 'points';

/** [height, width, channels] of a model of images. */
export function imageShape({ data }: ArchitectureSpec): Shape {
  if (data.kind !== 'image' || data.shape.length !== 3 || size(data.shape) === 0)
    throw new AlixError('not-exportable', 'images have a height, a width and channels', {
      found: `${data.kind} [${data.shape}]`,
    });
  return data.shape;
}
