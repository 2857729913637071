/** The flow of an encoder: its planned rows as one invertible function. */
import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { ownOf, type ParameterTensors } from './forward.js';
import { layerKinds } from './layers/index.js';
import type { FlowLayer, ForwardContext, Transformed } from './layers/layer.js';
import type { Flow } from './posterior.js';
import type { PlannedBlock, PlannedLayer } from './spec.js';

/** Binds a planned flow to parameters. @throws AlixError 'bad-architecture' where a layer of it cannot be part of a flow */
export function flowOf(block: PlannedBlock, parameters: ParameterTensors, context: ForwardContext): Flow {
  const along = (
    z: tf.Tensor,
    layers: readonly PlannedLayer[],
    apply: (flow: FlowLayer<never>, layer: PlannedLayer, z: tf.Tensor) => Transformed,
  ) => {
    let value = z;
    let logDeterminant: tf.Tensor = tf.zeros([z.shape[0] ?? 0]);
    for (const layer of layers) {
      const step = apply(flowLayer(layer), layer, value);
      value = step.z;
      logDeterminant = tf.add(logDeterminant, step.logDeterminant);
    }
    return { z: value, logDeterminant };
  };
  return {
    transform: (z0) =>
      along(z0, block.layers, (flow, layer, z) =>
        flow.transform(z, layer.args as never, ownOf(layer, parameters), context),
      ),
    inverse: (z) =>
      along(z, [...block.layers].reverse(), (_flow, layer, value) =>
        inverseOf(layer)(value, layer.args as never, ownOf(layer, parameters), context),
      ),
  };
}

/** @throws AlixError 'mismatch' naming the first layer, from the flow's end, that has no closed inverse */
export function checkInvertible(block: PlannedBlock): void {
  for (const layer of [...block.layers].reverse()) inverseOf(layer);
}

function inverseOf(layer: PlannedLayer): NonNullable<FlowLayer<never>['inverse']> {
  const { inverse } = flowLayer(layer);
  if (inverse) return inverse;
  throw new AlixError('mismatch', 'the objective needs the density at a given z', {
    where: layer.path,
    expected: 'a flow with a closed-form inverse, such as affineCoupling',
    found: layer.kind,
    remedy: 'choose an architecture whose encoder has such a flow, or none',
  });
}

function flowLayer(layer: PlannedLayer): FlowLayer<never> {
  const { flow } = layerKinds[layer.kind];
  if (flow) return flow;
  throw new AlixError('bad-architecture', `a layer of the kind ${layer.kind} is no part of a flow`, {
    where: layer.path,
  });
}
