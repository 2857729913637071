/** The order in which a run sees its data: each epoch a permutation of its own, cut into minibatches. */
import type { Random } from '@alix/infer/io/random';

/** Rows of each minibatch, from the run's random root: a stream for each epoch, whatever else is drawn. */
export class Order {
  readonly #root: Random;
  readonly #count: number;
  readonly #batch: number;
  #order: { epoch: number; rows: Uint32Array } | undefined;

  constructor(root: Random, count: number, batch: number) {
    this.#root = root;
    this.#count = count;
    this.#batch = batch;
  }

  /** @param epoch from 0 @param index of the minibatch in its epoch, from 0 */
  rows(epoch: number, index: number): Uint32Array {
    if (this.#order?.epoch !== epoch)
      this.#order = { epoch, rows: this.#root.split(`order of epoch ${epoch}`).permutation(this.#count) };
    return this.#order.rows.subarray(index * this.#batch, (index + 1) * this.#batch);
  }
}

/** What is random in one minibatch is a function of the seed and of its place alone, so that a run can go on anywhere. */
export const streamOf = (root: Random, epoch: number, index: number): Random =>
  root.split('input').split(`epoch ${epoch}, minibatch ${index}`);
