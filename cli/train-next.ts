/** What to do with a run that has ended: the commands, with its own paths, as they can be pasted into a shell. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig, RunResult, TrainResult } from '@alix/train';

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  // a path that begins with - would be taken for an option
  const path = word.startsWith('-') ? `./${word}` : word;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Data that the verbs read too: image files, which they can bring to a size, and arrays of images, which they take as they are. */
const FILES = ['image-folder', 'tar-shards'];
const ARRAYS = ['idx', 'npy'];

/** What is known of the best checkpoint, and how it is had where it is not the newest, which `alix export` takes. */
export function bestCheckpoint({ best, step }: TrainResult): string | undefined {
  if (best === undefined) return undefined;
  const words = `best checkpoint: step ${best.step}, ${best.metric} ${best.value.toPrecision(4)}`;
  return best.step === step ? words : `${words}; alix export takes it with --checkpoint best`;
}

/** What the commands depend on besides the configuration. */
type NextOf = Pick<RunResult, 'folder' | 'skipped'>;

/** One line a command: export, and for a model of images that has both encoder and decoder reconstruct and eval. */
export async function nextCommands(config: RunConfig, { folder, skipped }: NextOf): Promise<string[]> {
  const { design } = await import('@alix/train/design');
  const { architecture, chains } = design(config);
  const model = `${folder.replace(/[/\\]+$/, '')}-model`;
  const exported = `alix export ${quoted(folder)} -o ${quoted(model)}`;
  const { source, options } = config.data;
  const { sourceName } = await import('@alix/train/datasets/index');
  const kind = existsSync(source) ? ((await sourceName(source)) ?? '') : '';
  const isRead = FILES.includes(kind) || (ARRAYS.includes(kind) && !options.size);
  const all = [exported];
  const hasBoth = chains.encoder.length > 0 && chains.decoder.length > 0;
  // what training left out is still among the data
  const skip = skipped.length > 0 ? ' --on-error skip' : '';
  if (architecture.data.kind === 'image' && hasBoth) {
    if (isRead)
      all.push(
        `alix reconstruct ${quoted(model)} ${quoted(source)}${options.size ? ' --resize' : ''}${skip} -o ${quoted(`${model}-pairs.png`)}`,
      );
    all.push(`alix eval ${quoted(model)} --data ${quoted(source)}${skip} -o ${quoted(`${model}-report`)}`);
  }
  const pictures = join(folder, 'samples');
  return [
    ...(existsSync(pictures) ? [`pictures on the way: ${pictures}`] : []),
    'next:',
    ...all.map((line) => `  ${line}`),
  ];
}
