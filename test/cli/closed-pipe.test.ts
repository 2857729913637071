/** Readers that go away before all is said: alix ... | head ends as if all had been read, without a word about the pipe. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { noise } from '../fixtures/evaluation.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { writeTinyBundle } from '../fixtures/tiny-bundle.js';

const cwd = temporaryFolder();
writeTinyBundle(join(cwd, 'model'));
// codes of half a megabyte: more than a pipe holds
writeFileSync(join(cwd, 'many'), encodeIdx({ shape: [40_000, 6, 4], data: noise(40_000 * 24) }));

/** The exit codes of both and what reached the reader; through a shell, as people do it. */
function piped(line: string, reader: string): Promise<{ out: string; err: string; codes: string }> {
  return new Promise((resolve) => {
    const script = `${JSON.stringify(process.execPath)} ${JSON.stringify(launcher)} ${line} | ${reader}; echo "\${PIPESTATUS[*]}" >&2`;
    const child = spawn('bash', ['-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString('latin1');
    });
    child.stderr.on('data', (part: Buffer) => {
      err += part;
    });
    child.on('close', () => {
      const lines = err.trim().split('\n');
      resolve({ out, codes: lines.pop() ?? '', err: lines.join('\n') });
    });
  });
}

test.skipIf(process.platform === 'win32').each([
  ['encode model many -o - --batch 1000 --quiet', 'head -c 10', /^\x93NUMPY/],
  ['encode model many -o - --batch 1000 --quiet', 'true', /^$/],
  ['data info strokes', 'head -n 1', /^strokes, train split: .*\n$/],
  ['data info strokes', 'true', /^$/],
  ['data --quiet', 'head -n 1', /^\S.*\n$/],
  ['data info strokes --json', 'head -c 5', /^\{"nam$/],
])('alix %s | %s', async (line, reader, expected) => {
  const ran = await piped(line, reader);
  expect(ran).toEqual({ out: expect.stringMatching(expected), err: '', codes: '0 0' });
});
