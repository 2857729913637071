/** The classifier: its values, its gradients' reach, its accuracy, and labels that do not fit. */
import { objectives } from '@alix/train/objectives/index';
import { evaluate, type Objective } from '@alix/train/objectives/objective';
import { labelled } from '@alix/train/step';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { describeWithTensorflow, tf } from '../../tensorflow.js';
import { evaluateCase, lossesOf, plainCase } from '../objective-kit.js';

const classifier = objectives.classifier as Objective;
const value = (t: Tensor | undefined) => t?.dataSync()[0] as number;

/** Of logits that are given: M and C pass on what they get. */
function measured(logits: number[][], labels: number[][] | undefined, attributes: boolean) {
  const same = ((x: Tensor) => x) as never;
  const minibatch = labelled({ x: tf.tensor2d(logits), labels: labels && tf.tensor2d(labels) });
  const options = { attributes };
  const networks = { M: same, C: same };
  const terms = () => {
    const batch = Object.assign(minibatch, {
      range: [0, 1] as const,
      z: tf.zeros([1]),
      prior: 'normal' as const,
      moment: { epoch: 1, epochs: 1 },
    });
    return evaluate(classifier.terms(networks, batch, undefined as never, options, undefined as never));
  };
  const heldOut = () => classifier.heldOut?.(networks, minibatch, options);
  return { terms, heldOut };
}

describeWithTensorflow('classifier', () => {
  it('where it cannot tell, it pays log k for classes and log 2 for attributes', () => {
    const blind = (preset: string, classes: number) =>
      lossesOf(
        classifier,
        plainCase(classifier, { preset, classes, networks: { C: { signature: 'features -> logit', size: classes } } }),
        (network) => (network === 'C' ? 0 : undefined),
      ).classifier;
    expect(blind('classes', 5)).toBeCloseTo(Math.log(5), 6);
    expect(blind('attributes', 5)).toBeCloseTo(Math.log(2), 6);
  });

  it('its one player updates M and C, and the gradient reaches both', () => {
    const { gradients } = evaluateCase(
      classifier,
      plainCase(classifier, { networks: { C: { signature: 'features -> logit', size: 2 } } }),
    );
    expect(Object.keys(classifier.players)).toEqual(['classifier']);
    expect(classifier.players.classifier?.updates).toEqual(['M', 'C']);
    for (const network of ['M', 'C'])
      for (const g of gradients.classifier?.[network] ?? [])
        expect(Math.max(...[...(g ?? [0])].map(Math.abs))).toBeGreaterThan(1e-4);
  });

  it('accuracy is the share of rows whose largest logit is the label, or of attributes on the right side of 0', () => {
    const logits = [
      [2, 1, 0],
      [0, 1, 5],
      [-1, 3, -2],
      [0, 1, 2],
    ];
    const classes = measured(
      logits,
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      false,
    );
    expect(value(classes.heldOut()?.accuracy)).toBeCloseTo(3 / 4, 6);
    expect(value(classifier.players.classifier?.monitor?.(classes.terms())?.accuracy)).toBeCloseTo(3 / 4, 6);
    // -1 and 0 are no, so 2 of the 3 attributes of the first row and all of the second are right
    const attributes = measured(
      [
        [2, -1, 0],
        [-3, 4, 1],
      ],
      [
        [1, 1, 0],
        [0, 1, 1],
      ],
      true,
    );
    expect(value(attributes.heldOut()?.accuracy)).toBeCloseTo(5 / 6, 6);
  });

  it('logits far from zero give finite losses', () => {
    for (const attributes of [false, true]) {
      const { terms } = measured([[1e4, -1e4]], [[0, 1]], attributes);
      expect(value(terms().entropy)).toBe(attributes ? 1e4 : 2e4);
    }
  });

  it('labels that are missing or of another number are errors in words', () => {
    const none = measured([[1, 2]], undefined, false);
    expect(() => none.terms().entropy).toThrow(/needs labels, and the data have none.*classes or attributes/);
    expect(() => none.heldOut()).toThrow(/needs labels/);
    const other = measured([[1, 2]], [[1, 0, 0]], false);
    expect(() => other.terms().entropy).toThrow(/network C, logit: .*expected 3, found 2.*number of classes/);
  });
});
