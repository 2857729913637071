import { AlixError } from '@alix/infer/io/errors';
import * as tf from '@tensorflow/tfjs-core';
import { objective, once } from './objective.js';

const options = {
  /** Labels are attributes, several yes or no for each row, not one class out of several. */
  attributes: false,
};

/**
 * A classifier: cross-entropy of C(M(x)) against the labels. M is what GALI-PT and the metrics on features take from it.
 * Classes: -log softmax(C)_label. Attributes: for each -log s(c) where it is 1 and -log(1 - s(c)) where it is 0, averaged.
 */
export const classifier = objective({
  name: 'classifier',
  title: 'classifier',
  source: 'cross-entropy; for the networks M of GALI-PT (Dandi et al. 2021) and of metrics on features',
  networks: { M: 'x -> features', C: 'features -> logit' },
  encoder: [],
  decoder: [],
  classifier: ['M', 'C'],
  options,
  presets: {
    classes: { update: 'simultaneous', source: 'one class a row: digits' },
    attributes: {
      update: 'simultaneous',
      options: { attributes: true },
      source: "yes-or-no labels: CelebA's, as in GALI's feature error",
    },
  },
  terms({ M, C }, { x, labels }, _noise, { attributes }) {
    const logits = once(() => checked(C(M(x)), labels));
    return {
      entropy: () => (attributes ? binary : categorical)(logits(), labels),
      right: () => accuracy(logits(), labels, attributes),
    };
  },
  players: {
    classifier: {
      updates: ['M', 'C'],
      loss: (t) => t.entropy,
      monitor: (t) => ({ accuracy: t.right }),
    },
  },
  heldOut: ({ M, C }, { x, labels }, { attributes }) => ({
    accuracy: accuracy(checked(C(M(x)), labels), labels, attributes),
  }),
});

function checked(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  if (logits.shape.join() === labels.shape.join()) return logits;
  throw new AlixError('mismatch', "the classifier's answers are not as many as the labels", {
    where: 'network C, logit',
    expected: `${labels.shape[1]}`,
    found: `${logits.shape[1]}`,
    remedy: "set the architecture's number of classes",
  });
}

const categorical = (logits: tf.Tensor, labels: tf.Tensor) =>
  tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1)));

/** sp(c) - label c: -log s(c) where the label is 1, -log(1 - s(c)) where it is 0. */
const binary = (logits: tf.Tensor, labels: tf.Tensor) => tf.mean(tf.sub(tf.softplus(logits), tf.mul(labels, logits)));

/** The share of right answers, over rows or over rows and attributes. */
function accuracy(logits: tf.Tensor, labels: tf.Tensor, attributes: boolean): tf.Tensor {
  const isRight = attributes
    ? tf.equal(tf.greater(logits, 0), tf.greater(labels, 0.5))
    : tf.equal(tf.argMax(logits, -1), tf.argMax(labels, -1));
  return tf.mean(tf.cast(isRight, 'float32'));
}
