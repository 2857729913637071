/** metrics.jsonl: one JSON object a line. `step` lines while training, `epoch` lines at each epoch's end. */
import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { describing, writeFileAtomic } from '@alix/infer/io/files';

export type MetricsLine =
  | ({ readonly kind: 'step'; readonly step: number; readonly epoch: number } & Readonly<
      Record<string, number | string>
    >)
  | ({ readonly kind: 'epoch'; readonly step: number; readonly epoch: number } & Readonly<
      Record<string, number | string>
    >);

/** Appends lines in whole; lines after the step from which a run is resumed are dropped first. */
export class MetricsLog {
  readonly #path: string;
  #pending: string[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** Forgets what was logged after `step`: it is about to happen again. A torn last line goes too. */
  async rewind(step: number): Promise<void> {
    const lines = await readMetrics(this.#path);
    const kept = lines.filter((line) => line.step <= step).map((line) => `${JSON.stringify(line)}\n`);
    await writeFileAtomic(this.#path, kept.join(''));
  }

  add(line: MetricsLine): void {
    // JSON has no NaN: a loss that is not finite is written as text, so that the line still parses
    const safe = (_key: string, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    this.#pending.push(`${JSON.stringify(line, safe)}\n`);
  }

  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    if (text) await describing(this.#path, () => appendFile(this.#path, text));
  }
}

/** The lines of a metrics.jsonl; a torn last line is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  if (!existsSync(path)) return [];
  const text = await describing(path, () => readFile(path, 'utf8'));
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as MetricsLine] : [];
    } catch {
      return [];
    }
  });
}
