/** probe: how well a linear classifier tells classes from codes. */
import { type Interval, shareInterval } from '../../intervals.js';
import { classify, type LinearSvm, svmProblem, trainLinearSvm } from '../../linear-svm.js';
import type { Labelled } from '../../svm-protocol.js';
import { turnsUntil } from '../../turns.js';
import { labelledCodes, labelledPart, majorityShare, mostCodes } from '../labelled.js';
import type { Measure } from '../measure.js';

const penalties = [1e-3, 1e-2, 0.1, 1, 10];

interface Result {
  readonly accuracy: number;
  readonly interval: Interval;
  readonly majority: number;
  readonly n: { readonly train: number; readonly measured: number };
}

export const probe: Measure = {
  name: 'probe',
  summary: 'accuracy of a linear classifier on codes; needs --train and labels',
  open(subject) {
    const codes = labelledCodes(subject);
    return {
      recorders: codes.recorders,
      results: {
        async probe(recorded) {
          const sets = codes.of(recorded);
          const { train, measured, shared } = sets;
          const all = train.labels.length;
          const turn = turnsUntil(recorded.signal);
          const { c, validation } = await choosePenalty(train, codes.classes, turn);
          await turn();
          const right = rightOnes(trainLinearSvm(problemOf(train, codes.classes), c), measured);
          const n = measured.labels.length;
          return {
            accuracy: right / n,
            interval: shareInterval(right, n),
            majority: majorityShare(sets),
            c,
            validation,
            classes: codes.classes,
            shared,
            n: { train: all, measured: n },
          };
        },
      },
      conventions: {
        probe: `linear support vector machine, squared hinge, one class against the rest, on mean codes as they are; C chosen on a tenth of the training codes; at most ${mostCodes(subject.model.latent.size)} codes of each set, chosen by the images' hashes`,
      },
    };
  },
  rows({ probe: result }) {
    const found = result as Result | undefined;
    if (!found) return [];
    const { accuracy, interval, majority, n } = found;
    const common = { group: 'codes', n: `${n.measured}` } as const;
    return [
      {
        ...common,
        name: `linear probe, accuracy after ${n.train} training codes`,
        value: accuracy,
        interval,
        better: 'higher',
      },
      { ...common, name: 'accuracy of always saying the most frequent class', value: majority },
    ];
  },
};

/** The first of equal ones, which is the simplest machine. Rows come in the order of hashes, so that any tenth is a random one. */
async function choosePenalty(train: Labelled, classes: number, turn: () => Promise<void>) {
  const all = train.labels.length;
  const held = Math.max(1, Math.floor(all / 10));
  const judges = labelledPart(train, 0, held);
  const problem = problemOf(labelledPart(train, held, all), classes);
  const validation: { readonly c: number; readonly accuracy: number }[] = [];
  for (const c of penalties) {
    await turn();
    validation.push({ c, accuracy: rightOnes(trainLinearSvm(problem, c), judges) / held });
  }
  const best = Math.max(...validation.map(({ accuracy }) => accuracy));
  return { c: validation.find(({ accuracy }) => accuracy === best)!.c, validation };
}

const problemOf = ({ features, labels }: Labelled, classes: number) => svmProblem(features, labels, classes);

function rightOnes(machine: LinearSvm, { features, labels }: Labelled): number {
  return classify(machine, features).filter((label, i) => label === labels[i]).length;
}
