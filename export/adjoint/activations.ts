/** Functions of each number by itself: the gradient times the derivative, from what they put out where that is enough. */
import { elementCode } from '../onnx.js';
import { type Adjoint, type AdjointRule, back, inputOf } from './rule.js';

export const relu: AdjointRule = (at) => times(at, positive(at, at.node.output.name));

/** 1 where positive, else the slope; as in training, the slope at 0. */
export const leakyRelu: AdjointRule = (at) => {
  const { alpha } = at.node.attributes;
  const slope = alpha && 'float' in alpha ? alpha.float : 0.01;
  // with a slope below 0 the output no longer tells on which side it came from
  const side = positive(at, slope < 0 ? inputOf(at) : at.node.output.name);
  const steps = back(at, 'Mul', [side, at.graph.scalar(1 - slope)]);
  return times(at, back(at, 'Add', [steps, at.graph.scalar(slope)]));
};

export const sigmoid: AdjointRule = (at) => {
  const y = at.node.output.name;
  return times(at, back(at, 'Mul', [y, back(at, 'Sub', [at.graph.scalar(1), y])]));
};

export const tanh: AdjointRule = (at) => {
  const y = at.node.output.name;
  return times(at, back(at, 'Sub', [at.graph.scalar(1), back(at, 'Mul', [y, y])]));
};

export const softplus: AdjointRule = (at) => times(at, back(at, 'Sigmoid', [inputOf(at)]));

export const exp: AdjointRule = (at) => times(at, at.node.output.name);

/** Nothing passes where the value was clipped, as in training. */
export const clip: AdjointRule = (at) =>
  times(at, asNumbers(at, back(at, 'Equal', [inputOf(at), at.node.output.name], { type: 'bool' })));

export const identity: AdjointRule = (at) => at.gradient;

const times = (at: Adjoint, derivative: string) => back(at, 'Mul', [at.gradient, derivative]);

const positive = (at: Adjoint, value: string) =>
  asNumbers(at, back(at, 'Greater', [value, at.graph.scalar(0)], { type: 'bool' }));

const asNumbers = (at: Adjoint, truths: string) =>
  back(at, 'Cast', [truths], { attributes: { to: { int: elementCode('float32') } } });
