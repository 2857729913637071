/** What tfjs lacks to differentiate a convolution twice: the gradient by its filter has none of its own. */
import * as tf from '@tensorflow/tfjs-core';

// dW is linear in x and in dy: <V, dW(x, dy)> = <conv(x, V), dy>
tf.registerGradient({
  kernelName: tf.Conv2DBackpropFilter,
  inputsToSave: ['x', 'dy'],
  gradFunc(ddw, saved, attributes) {
    const [x, dy, v] = [...saved, ddw] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const { strides, pad } = attributes as unknown as { strides: [number, number]; pad: 'valid' | 'same' };
    return {
      x: () => tf.conv2dTranspose(dy, v, x.shape, strides, pad),
      dy: () => tf.conv2d(x, v, strides, pad),
    };
  },
});
