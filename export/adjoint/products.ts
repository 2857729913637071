/** Products with weights. The weight stands in the file once: the way back reads it transposed. */
import { type AdjointRule, back, refused } from './rule.js';

/** Of Gemm and of a MatMul of matrices: dx = dy weight'. */
export const product: AdjointRule = (at) => {
  const { node, graph, gradient, input } = at;
  const weight = node.inputs[1] ?? '';
  const isPlain = Object.keys(node.attributes).length === 0 && graph.constant(weight)?.shape.length === 2;
  if (input !== 0 || !isPlain) throw refused(at);
  return back(at, 'Gemm', [gradient, weight], { attributes: { transB: { int: 1 } } });
};
