/** metrics.jsonl: one JSON object a line. `step` lines while training, `epoch` lines at each epoch's end. */
import { existsSync } from 'node:fs';
import { describing, readRegular, writeFileAtomic } from '@alix/infer/io/files';
import { append } from './append.js';

export type MetricsLine =
  | ({ readonly kind: 'step'; readonly step: number; readonly epoch: number } & Readonly<
      Record<string, number | string>
    >)
  | ({ readonly kind: 'epoch'; readonly step: number; readonly epoch: number } & Readonly<
      Record<string, number | string>
    >);

/** Another form of the same log, for other readers. */
export interface Mirror {
  rewind(step: number): Promise<void>;
  add(line: MetricsLine): void;
  flush(): Promise<void>;
}

/** Appends lines in whole; lines after the step from which a run is resumed are dropped first. */
export class MetricsLog {
  readonly #path: string;
  readonly #mirror: Mirror | undefined;
  #pending: string[] = [];

  constructor(path: string, mirror?: Mirror) {
    this.#path = path;
    this.#mirror = mirror;
  }

  /** Forgets what was logged after `step`: it is about to happen again. A torn last line goes too. */
  async rewind(step: number): Promise<void> {
    const kept = (await readLines(this.#path)).filter(({ value }) => value.step <= step).map(({ text }) => `${text}\n`);
    await writeFileAtomic(this.#path, kept.join(''));
    await this.#mirror?.rewind(step);
  }

  add(line: MetricsLine): void {
    // JSON has no NaN: a loss that is not finite is written as text, so that the line still parses
    const safe = (_key: string, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    this.#pending.push(`${JSON.stringify(line, safe)}\n`);
    this.#mirror?.add(line);
  }

  /** Appends the lines and sees them to the disk, all or none: a checkpoint that is written next must not be without them. */
  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    if (text) await describing(this.#path, () => append(this.#path, Buffer.from(text)));
    await this.#mirror?.flush();
  }
}

/** The lines of a metrics.jsonl; a torn last line is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  return (await readLines(path)).map(({ value }) => value);
}

/** Lines as they stand in the file, beside what they say. */
async function readLines(path: string): Promise<{ readonly text: string; readonly value: MetricsLine }[]> {
  if (!existsSync(path)) return [];
  const all = new TextDecoder().decode(await readRegular(path));
  return all.split('\n').flatMap((text) => {
    try {
      const value = text ? (JSON.parse(text) as MetricsLine | null) : null;
      return typeof value?.step === 'number' ? [{ text, value }] : [];
    } catch {
      return [];
    }
  });
}
