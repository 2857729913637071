/** metrics.jsonl: one JSON object a line. `step` lines while training, `epoch` lines at each epoch's end. */
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
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

  /** Appends the lines and sees them to the disk, all or none: a checkpoint that is written next must not be without them. */
  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    if (text) await describing(this.#path, () => append(this.#path, text));
  }
}

async function append(path: string, text: string): Promise<void> {
  // not made anew: where it is gone, the run is
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; )
        at += (await file.write(bytes, at, bytes.length - at, size + at)).bytesWritten;
      await file.sync();
    } catch (error) {
      // half a line helps nobody; where not even that can be undone, the reader passes over it
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** The lines of a metrics.jsonl; a torn last line is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  if (!existsSync(path)) return [];
  const text = await describing(path, () => readFile(path, 'utf8'));
  return text.split('\n').flatMap((line) => {
    try {
      const value = line ? (JSON.parse(line) as MetricsLine | null) : null;
      return typeof value?.step === 'number' ? [value] : [];
    } catch {
      return [];
    }
  });
}
