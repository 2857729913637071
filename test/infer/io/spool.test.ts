import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { sha256 } from '@alix/infer/io/files';
import { spoolImages } from '@alix/infer/io/image-stream';
import { type SpoolOptions, spool } from '@alix/infer/io/spool';
import { expect, test } from 'vitest';

const abc = { name: 'abc', begins: (head: Uint8Array) => head[0] === 97, most: 2000 };
const options: SpoolOptions = { kinds: [abc], code: 'bad-codes', expected: 'abc' };
const stream = (...pieces: string[]) => Readable.from(pieces.map((piece) => Buffer.from(piece)));

test('a file of the same bytes, with their sum', async () => {
  const { path, sha256: sum } = await spool(stream('a', 'b'.repeat(1000), 'c'), options);
  const wanted = Buffer.from(`a${'b'.repeat(1000)}c`);
  expect(readFileSync(path)).toEqual(wanted);
  expect(sum).toBe(sha256(wanted));
});

test('too much is refused before it is all read', async () => {
  let given = 0;
  function* endless() {
    for (;;) {
      given += 1000;
      yield Buffer.from('a'.repeat(1000));
    }
  }
  await expect(spool(Readable.from(endless()), options)).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/^stdin: .*at most 2000 bytes of abc/),
  });
  expect(given).toBeLessThan(100_000);
});

test('a terminal, a stream that was read, and one that is stopped', async () => {
  const terminal = Object.assign(stream('a'), { isTTY: true });
  await expect(spoolImages(terminal)).rejects.toMatchObject({ code: 'usage', what: expect.stringMatching(/terminal/) });
  const read = stream('abc');
  await spool(read, options);
  await expect(spool(read, options)).rejects.toMatchObject({ code: 'usage', what: expect.stringMatching(/twice/) });
  const stop = new AbortController();
  const silent = new Readable({ read: () => {} });
  const waiting = spool(silent, { ...options, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  expect(silent.destroyed).toBe(true);
});

test('a stream that breaks off is an error, not a short file', async () => {
  const broken = new Readable({
    read() {
      this.push(Buffer.alloc(600, 'a'));
      this.destroy(Object.assign(new Error('broken'), { code: 'EIO' }));
    },
  });
  await expect(spool(broken, options)).rejects.toMatchObject({ code: 'disk-error' });
  expect(existsSync('stdin')).toBe(false);
});
