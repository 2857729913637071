/** Weights as IEEE 754 binary16: half the bytes, eleven significant bits. */
import { AlixError } from '@alix/infer/io/errors';
import { elementCode, type Graph } from '../onnx.js';
import { restoring, withStored } from './weights.js';

/** The largest number of float16. */
export const FLOAT16_LARGEST = 65504;

const bits = new DataView(new ArrayBuffer(4));

/**
 * The bits of the float16 that is nearest to a float32, of two equally near ones the even one. Below 2^-14 come subnormal
 * numbers, below 2^-25 zero; from 65520 on infinity; a NaN stays one.
 */
export function toFloat16(value: number): number {
  bits.setFloat32(0, value);
  const whole = bits.getUint32(0);
  const sign = (whole >>> 16) & 0x8000;
  const exponent = (whole >>> 23) & 0xff;
  const fraction = whole & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  // float32 counts exponents from -127, float16 from -15
  const scaled = exponent - 112;
  if (scaled >= 31) return sign | 0x7c00;
  if (scaled >= 1) return sign | rounded((scaled << 23) | fraction, 13);
  // a subnormal: the leading one becomes visible and the fraction moves down; what moves out altogether is zero
  const shift = 14 - scaled;
  return shift > 24 ? sign : sign | rounded(0x800000 | fraction, shift);
}

/** A whole number without its last bits, to the nearest, ties to even; a carry runs on into the exponent, as it should. */
function rounded(whole: number, dropped: number): number {
  const half = 2 ** (dropped - 1);
  const rest = whole & (2 * half - 1);
  const kept = whole >>> dropped;
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept;
}

/** The number that the bits of a float16 stand for. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * A graph whose weights are float16 constants, each with a Cast to float32: what it computes stays float32.
 *
 * @throws AlixError 'not-exportable' naming a weight that is too large for float16
 */
export function float16Graph(graph: Graph): Graph {
  return withStored(graph, (weight) => {
    const { name, shape, data } = weight;
    const halves = Uint16Array.from(data, toFloat16);
    const beyond = halves.findIndex((half) => (half & 0x7c00) === 0x7c00);
    if (beyond >= 0)
      throw new AlixError('not-exportable', 'a weight does not fit into float16', {
        where: `${graph.name}, ${name}`,
        expected: `numbers up to ${FLOAT16_LARGEST}`,
        found: `${data[beyond]}`,
        remedy: 'export it as float32 or int8',
      });
    const half = `${name}.float16`;
    const attributes = { to: { int: elementCode('float32') } };
    return {
      constants: [[half, { type: 'float16', shape, data: halves }]],
      nodes: [restoring('Cast', [half], name, weight, attributes)],
    };
  });
}
