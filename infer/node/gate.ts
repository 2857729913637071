/**
 * When a worker may be ended. Node aborts the whole process where a thread is ended inside a call of ONNX Runtime: its answer
 * finds no JavaScript any more. So whoever ends one closes the gate first, and waits until nobody is inside.
 */

/** In an Int32Array on shared memory. */
const INSIDE = 0;
const CLOSED = 1;

/** Milliseconds that the end of the process waits for a graph that is running. */
const AT_EXIT = 10_000;
/** Milliseconds between two looks. */
const LOOK = 5;

const gates = new Set<Gate>();

export class Gate {
  readonly memory: SharedArrayBuffer;
  readonly #state: Int32Array;

  /** @param memory another thread's gate, to share it */
  constructor(memory = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#state = new Int32Array(memory);
  }

  /** The worker's, before it calls ONNX Runtime. False where it must not any more. */
  enter(): boolean {
    Atomics.store(this.#state, INSIDE, 1);
    if (Atomics.load(this.#state, CLOSED) === 0) return true;
    this.leave();
    return false;
  }

  /** The worker's, afterwards. */
  leave(): void {
    Atomics.store(this.#state, INSIDE, 0);
    Atomics.notify(this.#state, INSIDE);
  }

  get isClosed(): boolean {
    return Atomics.load(this.#state, CLOSED) === 1;
  }

  /** Lets nobody in any more. @returns whether nobody was inside after at most `most` milliseconds */
  async close(most: number): Promise<boolean> {
    Atomics.store(this.#state, CLOSED, 1);
    for (const until = performance.now() + most; this.#isInside() && performance.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    return !this.#isInside();
  }

  /** The same for a process that ends, which can only stand and wait. */
  closeAtExit(most: number): boolean {
    Atomics.store(this.#state, CLOSED, 1);
    for (const until = performance.now() + most; this.#isInside() && performance.now() < until; )
      Atomics.wait(this.#state, INSIDE, 1, until - performance.now());
    return !this.#isInside();
  }

  #isInside(): boolean {
    return Atomics.load(this.#state, INSIDE) === 1;
  }
}

/** Closes this gate when the process ends. A graph that does not end then is ended with the process, outright. */
export function guard(gate: Gate): void {
  if (gates.size === 0) process.on('exit', closeAll);
  gates.add(gate);
}

/** Its worker has ended. */
export function unguard(gate: Gate): void {
  gates.delete(gate);
  if (gates.size === 0) process.off('exit', closeAll);
}

function closeAll(): void {
  for (const gate of gates) if (!gate.closeAtExit(AT_EXIT)) process.kill(process.pid, 'SIGKILL');
}
