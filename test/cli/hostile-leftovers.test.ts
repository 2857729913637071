/** What somebody may have put where an interrupted run leaves its progress: nothing outside the output is written or waited for. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { afterAll, expect, test } from 'vitest';
import { openStaging, readStaging, stagingOf } from '../../cli/dist/codes/staging.js';
import { pictureJournal } from '../../cli/dist/pictures/journal.js';
import { type Job, jobOf } from '../../cli/dist/resuming.js';
import { alix } from '../fixtures/cli.js';
import { filesOf } from '../fixtures/files-of.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeImages } from '../fixtures/images.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
const at = (...path: string[]) => join(cwd, ...path);
writeTinyBundle(at('model'));
writeImages(at('in'), ['0.png', '1.png', '2.png']);
const model = await loadModel(at('model'));
afterAll(() => model.dispose());
const job: Job = jobOf(model, { batch: 2 }, '');
const MINE = 'a file of the user\n';

/** A folder that holds what `plant` puts at the journal's place. */
function folderWith(name: string, plant: (journal: string) => void): string {
  mkdirSync(at(name));
  plant(at(name, '.alix-reconstruct.jsonl'));
  return name;
}
const reconstruct = (output: string, ...more: string[]) =>
  alix(['reconstruct', 'model', 'in', '-o', output, ...more], cwd);

test.each([[[]], [['--resume']]])('a link in the place of a journal leads nowhere %j', async (more) => {
  const mine = at(`mine${more.length}`);
  writeFileSync(mine, MINE);
  const output = folderWith(`link${more.length}`, (journal) => symlinkSync(mine, journal));
  expect((await reconstruct(output, ...more)).code).toBe(0);
  expect(readFileSync(mine, 'utf8')).toBe(MINE);
  expect([...filesOf(at(output))].map(([name]) => name).sort()).toEqual([
    '0.png',
    '1.png',
    '2.png',
    'reconstruct.json',
  ]);
});

test('a pipe in its place is not waited for', async () => {
  const output = folderWith('pipe', (journal) => execFileSync('mkfifo', [journal]));
  expect((await reconstruct(output)).code).toBe(0);
  const seed = folderWith('seed', () => execFileSync('mkfifo', [at('seed/.alix-sample.jsonl')]));
  const { code, stderr } = await alix(['sample', 'model', '-n', '2', '-o', seed, '--resume', '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: [^\n]*pipe[^\n]*\n$/)]);
});

test.each([
  ['a file outside', '../outside.png'],
  ['a pipe', 'pipe.png'],
])('a journal that names %s is not gone on with', async (_, file) => {
  const folder = at(`names${file.length}`);
  mkdirSync(folder);
  execFileSync('mkfifo', [join(folder, 'pipe.png')]);
  writeFileSync(at('outside.png'), MINE);
  const sum = createHash('sha256').update(MINE).digest('hex');
  const line = { images: 2, skipped: [], unmasked: [], told: [], pictures: [{ file, sha256: sum }] };
  const lines = [job, line].map((each) => JSON.stringify(each)).join('\n');
  writeFileSync(join(folder, '.alix-reconstruct.jsonl'), `${lines}\n`);
  expect(await pictureJournal(folder, 'reconstruct', true).begin(job)).toEqual([]);
});

test('a folder of the name of a temporary file is no temporary file', async () => {
  const folder = at('tidy');
  mkdirSync(join(folder, '.a.999999999-0123456789ab.tmp'), { recursive: true });
  writeFileSync(join(folder, '.b.999999999-0123456789ab.tmp'), '');
  writeFileSync(join(folder, '.alix-reconstruct.jsonl'), `${JSON.stringify(job)}\n`);
  const half = join(folder, '.b.999999999-0123456789ab.tmp');
  const journal = pictureJournal(folder, 'reconstruct', true);
  expect(await journal.begin(job)).toEqual([]);
  // a dry run ends here
  expect(existsSync(half)).toBe(true);
  await journal.finish();
  expect(existsSync(join(folder, '.a.999999999-0123456789ab.tmp'))).toBe(true);
  expect(existsSync(half)).toBe(false);
});

const batch = { names: ['0.png'], codes: Float32Array.of(1, 2), images: 1, skipped: [] };

test('zeros behind what is staged, as a power cut leaves them, are not read', async () => {
  const path = stagingOf(at('codes.npy'));
  const staging = await openStaging(path, job);
  await staging.add(batch);
  await staging.close(true);
  const { length } = readFileSync(path);
  appendFileSync(path, Buffer.alloc(4096));
  expect(await readStaging(path)).toMatchObject({ n: 1, images: 1, end: length });
});

test('a folder in the place of staged codes is an error of one line', async () => {
  mkdirSync(stagingOf(at('taken.npy')));
  const { code, stderr } = await alix(['encode', 'model', 'in', '-o', 'taken.npy', '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: [^\n]*taken\.npy[^\n]*a folder[^\n]*\n$/)]);
});

test('a link in the place of staged codes is refused', async () => {
  const path = stagingOf(at('linked.npy'));
  writeFileSync(at('mine'), MINE);
  symlinkSync(at('mine'), path);
  const { code, stderr } = await alix(['encode', 'model', 'in', '-o', 'linked.npy', '--resume', '--quiet'], cwd);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^alix: [^\n]*something else is where[^\n]*\n$/)]);
  expect(readFileSync(at('mine'), 'utf8')).toBe(MINE);
});
