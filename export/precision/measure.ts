/** What an export finds out about a precision: its drift from float32, and golden pairs of its own. */
import type { Bundle, Drift, GraphName, Precision } from '@alix/infer/bundle';
import { AlixError } from '@alix/infer/io/errors';
import { goldenPairs } from '../golden.js';
import { type Answer, answersOf, type Forward, type Questions } from '../parity.js';
import { graphDrifts, reconstructionError, refuseBroken } from './drift.js';

export interface Measured {
  /** Absent for float32. */
  readonly drift?: Drift;
  /** Of float32 the trained networks' answers, of others those of their own graphs: what a runtime can be held to. */
  readonly golden: Bundle['golden'];
}

/** What graphs are asked, and what the float32 ones answered. */
export interface Asked {
  /** Names of each graph's inputs. */
  readonly inputs: ReadonlyMap<GraphName, readonly string[]>;
  readonly questions: Questions;
  /** Answers of the float32 graphs, in the same runtime. */
  readonly reference: readonly Answer[];
  /** How many of the examples, from the first, are data. */
  readonly count: number;
  /** The first of the examples that become golden pairs. */
  readonly goldenFrom?: number | undefined;
  /** Bytes of each graph's file over those of the float32 one. */
  readonly ratios: ReadonlyMap<GraphName, number>;
}

/** @throws AlixError 'drift' where the precision breaks the model */
export async function measure(
  precision: Precision,
  loaded: Forward,
  { inputs, questions, reference, count, goldenFrom, ratios }: Asked,
): Promise<Measured> {
  const { n } = questions;
  try {
    const graphs = await graphDrifts(reference, loaded, n, count, ratios);
    const answers = await answersOf(loaded, inputs, questions);
    const [float32, own] = [reference, answers].map((given) => reconstructionError(given, n, count));
    const mse = float32 !== undefined && own !== undefined ? { mse: { float32, own } } : {};
    const drift = { n: count, graphs, ...mse };
    refuseBroken(precision, drift);
    return { drift, golden: goldenPairs(answers, n, goldenFrom) };
  } catch (error) {
    if (!(error instanceof AlixError && error.code === 'not-finite')) throw error;
    throw new AlixError('drift', `the model breaks in ${precision}: ${error.what}`, {
      remedy: `nothing was written; leave ${precision} out of --precision`,
      cause: error,
    });
  }
}

/** What model.json says of precisions, the first its own; of one that is not measured yet the golden pairs of float32. */
export function toldOf(
  precisions: readonly Precision[],
  found: ReadonlyMap<Precision, Measured>,
): Pick<Bundle, 'precision' | 'golden' | 'drift' | 'variants'> {
  const [precision = 'float32', ...others] = precisions;
  const of = (name: Precision) => found.get(name) ?? found.get('float32')!;
  const variants = others.map((name) => {
    const { drift, golden } = of(name);
    const { mean, decoded, logit } = golden;
    const outputs = Object.entries({ mean, decoded, logit }).filter(([, values]) => values !== undefined);
    return [name, { ...(drift && { drift }), golden: Object.fromEntries(outputs) }] as const;
  });
  return {
    precision,
    ...(found.get(precision)?.drift && { drift: found.get(precision)?.drift }),
    ...(variants.length > 0 ? { variants: Object.fromEntries(variants) } : {}),
    golden: of(precision).golden,
  };
}
