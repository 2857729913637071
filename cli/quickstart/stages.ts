/** The stages of a longer verb, each announced in one line with the time that it took. */
import type { Context } from '../commands/command.js';

export interface Stage {
  readonly name: string;
  readonly seconds: number;
}

export interface Stages {
  /** Runs `work`; `describe` says what came of it. A stage that fails is not announced: its error is. */
  run<T>(name: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T>;
  /** Those that are done. */
  readonly done: readonly Stage[];
}

export function createStages(context: Pick<Context, 'log'>): Stages {
  const done: Stage[] = [];
  return {
    done,
    async run(name, work, describe) {
      const start = performance.now();
      const result = await work();
      const seconds = (performance.now() - start) / 1000;
      done.push({ name, seconds });
      context.log(`${name}: ${describe(result)} (${seconds.toFixed(1)} s)`);
      return result;
    },
  };
}
