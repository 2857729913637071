/** alix export on a disk that is full, and killed while it writes: no bundle, or a whole one, and the same bytes in the end. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { smallDisk, whyNoDisk } from '../fixtures/small-disk.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();
const line =
  'train dali --steps 2 --threads 1 --quiet --set data.options.train=40 --set data.options.test=20 --set batch=10 ' +
  '--set architecture.options.width=8 --set evaluationRows=10 -o run';
const to = (folder: string, during?: Parameters<typeof alix>[2]) =>
  alix(['export', 'run', '-o', join(folder, 'model'), '--quiet'], root, during);
const contentOf = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);

describeWithTensorflow('a bundle that is exported', () => {
  let wanted: string[][] = [];
  beforeAll(async () => {
    expect((await alix(line.split(' '), root)).code).toBe(0);
    expect(await to('.')).toMatchObject({ code: 0 });
    wanted = contentOf(join(root, 'model'));
  }, 120_000);

  it.skipIf(whyNoDisk(root))(
    'is not there after one line where the disk is full, and whole when there is room',
    async () => {
      const disk = smallDisk(join(root, 'disk'), 16_384);
      try {
        const filler = join(disk.folder, 'filler');
        for (const spare of [0, 5]) {
          const { bavail, bsize } = statfsSync(disk.folder);
          writeFileSync(filler, Buffer.alloc((bavail - spare) * bsize));
          const full = await to('disk');
          expect([full.code, full.stdout]).toEqual([1, '']);
          expect(full.stderr).toMatch(/^alix: [^\n]*(no space left on the disk|cannot be written)[^\n]*\n$/);
          expect(readdirSync(disk.folder)).toEqual(['filler']);
          rmSync(filler);
        }
        expect((await to('disk')).code).toBe(0);
        expect(contentOf(join(disk.folder, 'model'))).toEqual(wanted);
      } finally {
        disk.remove();
      }
    },
  );

  it('that is killed as it is written is not there, and the next one is whole', async () => {
    const folder = join(root, 'killed');
    mkdirSync(folder);
    const ran = await to('killed', (child) => {
      const watcher = watch(folder, () => {
        watcher.close();
        child.kill('SIGKILL');
      });
      child.on('exit', () => watcher.close());
    });
    expect([ran.code, existsSync(join(folder, 'model'))]).toEqual([null, false]);
    expect((await to('killed')).code).toBe(0);
    expect(contentOf(join(folder, 'model'))).toEqual(wanted);
  });
});
