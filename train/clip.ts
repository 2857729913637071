/** What is done to a gradient before the optimiser sees it. */
import * as tf from '@tensorflow/tfjs-core';

/** The gradient with the weight's share of an L2 penalty, then kept in +-clipValue; the one given is freed if it is not the result. */
export function clipped(
  gradient: tf.Tensor,
  theta: tf.Tensor,
  isWeight: boolean,
  { clipValue, l2 }: { readonly clipValue: number; readonly l2: number },
): tf.Tensor {
  if (clipValue === 0 && (l2 === 0 || !isWeight)) return gradient;
  const result = tf.tidy(() => {
    const penalised = l2 > 0 && isWeight ? tf.add(gradient, tf.mul(theta, l2)) : gradient;
    return clipValue > 0 ? tf.clipByValue(penalised, -clipValue, clipValue) : penalised;
  });
  if (result !== gradient) gradient.dispose();
  return result;
}
