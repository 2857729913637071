/** The adjoint of each operator that a decoder may hold. One without a rule here keeps refine.onnx out of a bundle. */
import { clip, exp, identity, leakyRelu, relu, sigmoid, softplus, tanh } from './activations.js';
import { add, multiply, subtract } from './arithmetic.js';
import { concat, gather, reshape, transpose } from './layout.js';
import { maxPool, reduceMax } from './maxima.js';
import { product } from './products.js';
import type { AdjointRule } from './rule.js';
import { conv, transposedConv } from './windows.js';

export const adjoints: Readonly<Record<string, AdjointRule | undefined>> = {
  Conv: conv,
  ConvTranspose: transposedConv,
  Gemm: product,
  MatMul: product,
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Relu: relu,
  LeakyRelu: leakyRelu,
  Sigmoid: sigmoid,
  Tanh: tanh,
  Softplus: softplus,
  Exp: exp,
  Clip: clip,
  Identity: identity,
  Reshape: reshape,
  Transpose: transpose,
  Concat: concat,
  Gather: gather,
  ReduceMax: reduceMax,
  MaxPool: maxPool,
};
