/** What no derivative sees: tfjs has no stop-gradient of its own. */
import * as tf from '@tensorflow/tfjs-core';

const kernelName = 'AlixDetached';

tf.registerKernel({
  kernelName,
  backendName: 'tensorflow',
  kernelFunc: (call) => tf.tidy((call.attrs as unknown as { readonly compute: () => tf.Tensor[] }).compute),
});

/** Runs `compute` as one kernel without inputs: nothing in it is recorded, and its results are constants to every gradient. */
export function detached(compute: () => tf.Tensor[]): tf.Tensor[] {
  return tf.engine().runKernel(kernelName, {}, { compute } as unknown as tf.NamedAttrMap) as tf.Tensor[];
}
