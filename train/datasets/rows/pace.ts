/** Whether to read at once or through the thread pool. */

/**
 * A reading that takes longer than so many milliseconds is from a slow disk or over a network: the next are then done several at once
 * through the thread pool. What the system has at hand costs a fifth without it.
 */
const SLOW = 1;
/** Readings through the pool before it is seen again how long one takes. */
const THROUGH_POOL = 63;

export class Pace {
  readonly #slow: number;
  #throughPool = 0;

  /** @param slow milliseconds, in place of `SLOW` in tests */
  constructor(slow = SLOW) {
    this.#slow = slow;
  }

  /** Whether the next reading should go through the pool. */
  usesPool(): boolean {
    return this.#throughPool > 0 && this.#throughPool-- > 0;
  }

  /** What `work` gives, which reads at once. */
  timed<T>(work: () => T): T {
    const start = performance.now();
    const result = work();
    if (performance.now() - start >= this.#slow) this.#throughPool = THROUGH_POOL;
    return result;
  }
}
