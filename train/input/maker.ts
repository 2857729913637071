/** Makes minibatches: rows read and prepared. A function of plain data and of the minibatch's place in the run. */
import { createRandom, type Random } from '@alix/infer/io/random';
import { openRows, type RowReader, type RowSource } from '../datasets/row-source.js';
import { type LabelArray, type Labelled, labelArray } from './labels.js';
import { Order, streamOf } from './order.js';
import { type Preparation, prepare } from './prepare.js';

/** All that minibatches depend on, as plain data that a worker can be given. */
export interface InputPlan extends Labelled {
  readonly source: RowSource;
  /** Rows of the data set. */
  readonly count: number;
  /** The run's. */
  readonly seed: number;
  /** Rows of a minibatch. */
  readonly batch: number;
  /** Minibatches of an epoch; rows that are left over are not seen in it. */
  readonly perEpoch: number;
  readonly preparation: Preparation;
}

/** Where a minibatch is in its run: its epoch, and its place in it, both from 0. */
export interface Place {
  readonly epoch: number;
  readonly index: number;
}

export interface Prepared {
  /** float32 [batch,...shape] in the architecture's range. */
  readonly x: Float32Array<ArrayBuffer>;
  readonly labels: LabelArray | undefined;
}

export const placeAfter = ({ epoch, index }: Place, perEpoch: number): Place =>
  index + 1 < perEpoch ? { epoch, index: index + 1 } : { epoch: epoch + 1, index: 0 };

export class Maker {
  readonly #plan: InputPlan;
  readonly #root: Random;
  readonly #order: Order;
  readonly #rows: RowReader;

  /** @param open how rows are read; another way in tests alone */
  constructor(plan: InputPlan, open: (source: RowSource) => RowReader = openRows) {
    this.#plan = plan;
    this.#root = createRandom(plan.seed);
    this.#order = new Order(this.#root, plan.count, plan.batch);
    this.#rows = open(plan.source);
  }

  /**
   * May be called again before it has settled; fastest in the order of places.
   *
   * @throws AlixError naming the file that could not be read
   */
  async make({ epoch, index }: Place): Promise<Prepared> {
    const indices = this.#order.rows(epoch, index);
    const stored = await this.#rows.read(indices);
    return {
      x: prepare(stored, this.#plan.preparation, streamOf(this.#root, epoch, index)),
      labels: labelArray(this.#plan, indices),
    };
  }

  close(): Promise<void> {
    return this.#rows.close();
  }
}
