/** Weights as whole numbers from -127 to 127 times one factor per output channel: a quarter of the bytes. */
import { size } from '@alix/train/spec';
import { elementCode, type Graph } from '../onnx.js';
import { restoring, withStored } from './weights.js';

const LARGEST = 127;
/** The smallest normal float32: a factor below it would itself be rounded too coarsely. */
const SMALLEST_SCALE = 2 ** -126;
/** With fewer numbers to share it, a factor per channel eats up what its channel saves. */
const FEWEST_PER_CHANNEL = 8;

/** Whole numbers and factors: value = values * scales of the channel. */
export interface Quantised {
  readonly values: Int8Array;
  /** float32, one per channel, above 0. */
  readonly scales: Float32Array;
}

/**
 * Symmetric quantisation per channel: scale = max |w| / 127 of the channel, rounded to float32, and each number is the nearest
 * multiple, of two equally near ones the even one. A channel of zeros (or of numbers below 127 x 2^-126) is zeros, its scale 1.
 *
 * @param data row-major, finite
 * @param axis the one that counts channels
 */
export function quantised(data: Float32Array, shape: readonly number[], axis: number): Quantised {
  const channels = shape[axis] ?? 0;
  const inner = size(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  data.forEach((w, i) => {
    const channel = channelOf(i);
    scales[channel] = Math.max(scales[channel] ?? 0, Math.abs(w));
  });
  const isZero = Array.from(scales, (largest) => largest / LARGEST < SMALLEST_SCALE);
  scales.forEach((largest, channel) => {
    scales[channel] = isZero[channel] ? 1 : largest / LARGEST;
  });
  const values = Int8Array.from(data, (w, i) => {
    const channel = channelOf(i);
    return isZero[channel] ? 0 : Math.max(-LARGEST, Math.min(LARGEST, nearestEven(w / (scales[channel] ?? 1))));
  });
  return { values, scales };
}

/** The nearest whole number, of two equally near ones the even one. */
function nearestEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/**
 * A graph whose weights are int8 constants, each with a Cast to float32 and a Mul by the scales of its output channels: what it
 * computes stays float32. Weights of fewer than 8 numbers per channel stay as they are.
 *
 * Not DequantizeLinear, which says the same: before a Gemm or MatMul ONNX Runtime 1.30 makes of it, unless a session is told
 * otherwise, a product that rounds its other operand to int8 too. Cast and Mul of constants it computes once, at loading.
 */
export function int8Graph(graph: Graph): Graph {
  return withStored(graph, (weight) => {
    const { name, shape, data, axis } = weight;
    const channels = shape[axis] ?? 0;
    if (data.length < FEWEST_PER_CHANNEL * channels) return undefined;
    const { values, scales } = quantised(data, shape, axis);
    const [whole, float, scale] = [`${name}.int8`, `${name}.float32`, `${name}.scale`];
    const along = [channels, ...shape.slice(axis + 1).map(() => 1)];
    return {
      constants: [
        [whole, { type: 'int8', shape, data: values }],
        [scale, { type: 'float32', shape: along, data: scales }],
      ],
      nodes: [
        restoring('Cast', [whole], float, weight, { to: { int: elementCode('float32') } }),
        restoring('Mul', [float, scale], name, weight),
      ],
    };
  });
}
