/** What interrupted runs leave for `--resume`, and option files. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openStaging, readStaging } from 'alix/dist/codes/staging.js';
import { commandsFor } from 'alix/dist/commands/index.js';
import { pictureJournal } from 'alix/dist/pictures/journal.js';
import { readSettings } from 'alix/dist/settings/file.js';
import { withGlobalOptions } from 'alix/dist/settings/index.js';
import { version } from 'alix/dist/version.js';
import { Command } from 'commander';
import { type Format, sound } from '../format.js';
import { treeOf } from '../tree.js';
import { folderOf } from './written.js';

const job = {
  alix: version(),
  model: { name: 'tiny', sha256: 'a'.repeat(64) },
  options: { seed: 1, resize: null },
  inputs: 'b'.repeat(64),
};
const skipped = [{ name: 'c.png', code: 'bad-image', message: 'c.png: damaged' }];
const names = ['a.png', 'b "x".png'];

const staging: Format = {
  name: 'staging',
  seeds: async () => [
    await folderOf(async (folder) => {
      const made = await openStaging(join(folder, 'c.part'), job);
      for (const images of [2, 5]) await made.add({ names, codes: Float32Array.of(1, 2, 3, 4), images, skipped });
      await made.close(true);
    }),
  ],
  async read(folder) {
    const path = join(folder, 'c.part');
    const found = await readStaging(path);
    if (!found) return;
    sound(
      Number.isSafeInteger(found.n) && Number.isSafeInteger(found.images),
      `${found.n} codes of ${found.images} images`,
    );
    const opened = await openStaging(path, job, found);
    let n = 0;
    for await (const block of opened.blocks()) n += block.names.length;
    await opened.close(true);
    sound(n === found.n, `${n} codes, not ${found.n}`);
  },
};

const picture = Buffer.from('a picture');
const pictures = [{ file: 'a.png', sha256: createHash('sha256').update(picture).digest('hex') }];

const journal: Format = {
  name: 'journal',
  fixed: /png$/,
  seeds: async () => [
    await folderOf(async (folder) => {
      const kept = pictureJournal(folder, 'sample', false);
      await kept.begin(job);
      for (const images of [1, 3]) await kept.add({ images, skipped, unmasked: [], told: [{ name: 'a' }], pictures });
      await kept.fail(new Error('ended'));
    }).then((tree) => new Map([...tree, ...treeOf({ 'a.png': picture })])),
  ],
  async read(folder) {
    const begun = pictureJournal(folder, 'sample', true);
    const done = await begun.begin(job).catch(async (error: unknown) => {
      throw await begun.fail(error);
    });
    const isWhole = done.every(
      (batch, i) =>
        Number.isSafeInteger(batch.images) &&
        batch.images >= (done[i - 1]?.images ?? 0) &&
        [batch.skipped, batch.unmasked, batch.told, batch.pictures].every(Array.isArray),
    );
    sound(isWhole, `batches of ${done.map(({ images }) => images)}`);
    await begun.fail(new Error('ended'));
  },
};

const settings: Format = {
  name: 'settings',
  seeds: async () => [
    treeOf({
      'options.json': JSON.stringify({
        batch: 8,
        device: 'cpu',
        encode: { 'on-error': 'skip' },
        data: { download: {} },
      }),
    }),
  ],
  async read(folder) {
    const program = withGlobalOptions(new Command('alix'));
    const none = () => {
      throw new Error('no verb runs here');
    };
    for (const definition of await commandsFor([])) definition.define(program, none);
    const read = await readSettings(join(folder, 'options.json'), program);
    for (const verb of program.commands) for (const option of verb.options) read.valueOf([verb.name()], option);
  },
};

export const leftovers: readonly Format[] = [staging, journal, settings];
