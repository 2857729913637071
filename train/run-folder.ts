/** The folder of a run: run.json with the resolved configuration, metrics.jsonl, samples/ and the checkpoints. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AlixError } from '@alix/infer/io/errors';
import { ensureWritableFolder, readRegular, writeFileAtomic } from '@alix/infer/io/files';
import { parseJson } from '@alix/infer/io/json';
import { z } from 'zod';
import { checkpointSteps } from './checkpoints.js';
import { configSchema, optionValue, type RunConfig } from './config.js';

const runSchema = z.strictObject({
  format: z.literal('alix-run'),
  formatVersion: z.literal(1),
  alixVersion: z.string(),
  tensorflowVersion: z.string(),
  nodeVersion: z.string(),
  created: z.string(),
  data: z.strictObject({
    name: z.string(),
    count: z.number().int(),
    fingerprint: z.string(),
    /** All of the source's, also those that the configuration leaves at their defaults; runs of before have none. */
    options: z.record(z.string(), optionValue).optional(),
    /** Images of both splits that cannot be read and are left out, where the configuration says "skip". */
    skipped: z
      .array(
        z.strictObject({ split: z.enum(['train', 'test']), name: z.string(), code: z.string(), message: z.string() }),
      )
      .optional(),
  }),
  /** Whose weights it began with, where it was told to begin with another run's. */
  init: z.strictObject({ run: z.string(), step: z.number().int().nonnegative(), sha256: z.string() }).optional(),
  /** What reconstructions are compared with (mean-image-error.ts), where there are any. */
  meanImage: z
    .strictObject({ mse: z.number(), of: z.number().int().positive(), over: z.number().int().positive() })
    .optional(),
  config: configSchema,
});

export type RunRecord = z.infer<typeof runSchema>;

const RUN = 'run.json';
/** A record is a few thousand bytes. */
const MAX_RUN = 64 * 1024 * 1024;

/**
 * Starts a run folder.
 *
 * @throws AlixError 'output-exists' where there is a run with checkpoints already, 'unwritable'
 */
export async function createRun(folder: string, record: Omit<RunRecord, 'format' | 'formatVersion'>): Promise<void> {
  await ensureWritableFolder(folder);
  if ((await checkpointSteps(folder)).length > 0)
    throw new AlixError('output-exists', 'there is a run in this folder', {
      where: folder,
      remedy: 'continue it with --resume, or name another folder with -o',
    });
  await writeRun(folder, { format: 'alix-run', formatVersion: 1, ...record });
}

/** Replaces run.json, e.g. when a run is continued to another end. */
export async function writeRun(folder: string, run: RunRecord): Promise<void> {
  await writeFileAtomic(join(folder, RUN), `${JSON.stringify(run, null, 2)}\n`);
}

/**
 * Reads run.json.
 *
 * @throws AlixError 'no-run' where there is none, 'bad-run' naming the key that is wrong
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const where = join(folder, RUN);
  if (!existsSync(where))
    throw new AlixError('no-run', 'no run here', { where: folder, expected: 'a folder that `alix train` wrote' });
  const text = new TextDecoder().decode(await readRegular(where, MAX_RUN));
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw new AlixError('bad-run', 'not valid JSON', { where, cause });
  }
  const parsed = runSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AlixError('bad-run', `"${issue?.path.join('.')}": ${issue?.message}`, { where });
}

/**
 * The settings in which a resumed run may differ from how it began: its end, and what does not touch its numbers. Of the
 * data, the place may be another: their fingerprint tells whether they are the same.
 */
const mayDiffer: readonly (keyof RunConfig)[] = [
  'length',
  'checkpointMinutes',
  'checkpointSteps',
  'checkpointsKept',
  'best',
];

/**
 * Checks that a run is continued as it began.
 *
 * @throws AlixError 'bad-config' naming the setting that differs
 */
export function checkSameRun(before: RunConfig, now: RunConfig, folder: string): void {
  // as JSON has them, so that the order of keys and ones that are undefined do not count
  const compared = (config: RunConfig) =>
    JSON.parse(
      JSON.stringify({
        ...config,
        data: config.data.options,
        extensions: config.extensions.map(({ sha256 }) => sha256),
      }),
    );
  const [was, is] = [compared(before), compared(now)];
  for (const key of Object.keys(before) as (keyof RunConfig)[])
    if (!mayDiffer.includes(key) && !isDeepStrictEqual(was[key], is[key]))
      throw new AlixError('bad-config', `"${key}" is not as the run began`, {
        where: folder,
        expected: JSON.stringify(before[key]),
        found: JSON.stringify(now[key]),
        remedy: `continue with \`alix train --resume -o ${folder}\` alone, or start another run with -o`,
      });
}
