/** Which layers of an encoder are hidden, for the features that classifiers are trained on. */
import { layerKinds } from './layers/index.js';
import type { PlannedBlock, PlannedLayer, PlannedNetwork } from './spec.js';

/**
 * The activations that a network's hidden layers end in, on the way to its code (or to its first output), in order: those
 * that follow a convolution or a fully connected layer, be there a batch norm between. What goes into one is the hidden layer
 * after batch norm and before the activation.
 */
export function hiddenActivations(network: PlannedNetwork): readonly PlannedLayer[] {
  const outputs = Object.keys(network.outputs);
  const code = ['sample', 'mean'].find((name) => outputs.includes(name)) ?? outputs[0] ?? '';
  return pathTo(network, code).flatMap(({ layers }) => {
    let isBehindLinear = false;
    return layers.filter(({ kind }) => {
      const found = isBehindLinear && isActivation(kind);
      if (linear.has(kind)) isBehindLinear = true;
      else if (!transparent.has(kind)) isBehindLinear = false;
      return found;
    });
  });
}

const linear = new Set<string>(['conv', 'transposed-conv', 'fully-connected']);
const transparent = new Set<string>(['batch-norm', 'dropout']);
const isActivation = (kind: PlannedLayer['kind']) => layerKinds[kind].isActivation === true || kind === 'maxout';

/** The blocks that an output depends on, in the network's order. */
function pathTo({ blocks }: PlannedNetwork, output: string): PlannedBlock[] {
  const needed = new Set([output]);
  return [...blocks]
    .reverse()
    .filter(({ name, from }) => {
      if (needed.has(name)) for (const source of from) needed.add(source);
      return needed.has(name);
    })
    .reverse();
}

/** How many hidden layers make up the features, besides the code. */
export const FEATURE_LAYERS = 3;
