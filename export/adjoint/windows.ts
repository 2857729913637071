/** Conv and ConvTranspose: each is the other's adjoint, with the same weight, strides and pads. */
import { type AdjointRule, attributeInts, back, inputDims, padded, refused, sizes } from './rule.js';

export const transposedConv: AdjointRule = (at) => {
  const { node, gradient, input } = at;
  if (input !== 0 || node.attributes.group) throw refused(at);
  return back(at, 'Conv', [gradient, node.inputs[1] as string], { attributes: node.attributes });
};

export const conv: AdjointRule = (at) => {
  const { node, gradient, input } = at;
  if (input !== 0 || node.attributes.group) throw refused(at);
  const axes = sizes(inputDims(at));
  const out = sizes(node.output.shape);
  const [kernel, strides, pads] = ['kernel_shape', 'strides', 'pads'].map((name) => attributeInts(at, name));
  const sides = [0, 1].map((axis) => {
    const [before = 0, after = 0] = [pads?.[axis], pads?.[axis + 2]];
    const whole = ((out[axis + 1] ?? 0) - 1) * (strides?.[axis] ?? 1) + (kernel?.[axis] ?? 0);
    // pixels past the last window: first as padding that is not cut off, then as zeros
    const missing = (axes[axis + 1] ?? 0) - (whole - before - after);
    const cut = Math.max(after - missing, 0);
    return { before, cut, size: whole - before - cut };
  });
  const ends = sides.map(({ cut }) => cut);
  const attributes = { ...node.attributes, pads: { ints: [...sides.map(({ before }) => before), ...ends] } };
  const dims = ['N', axes[0] ?? 0, ...sides.map(({ size }) => size)] as const;
  const within = back(at, 'ConvTranspose', [gradient, node.inputs[1] as string], { dims, attributes });
  return padded(at, within, axes);
};
