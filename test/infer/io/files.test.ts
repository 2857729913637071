import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import {
  describeSystemError,
  ensureWritableFolder,
  readBytes,
  sha256,
  writeFileAtomic,
  writeFolderAtomic,
} from '@alix/infer/io/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'alix-files-'));
});
afterEach(() => {
  chmodSync(root, 0o755);
  rmSync(root, { recursive: true, force: true });
});

/** The error a promise ends in; a test that expects one fails if there is none. */
async function failure(promise: Promise<unknown>): Promise<AlixError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AlixError);
  const alix = error as AlixError;
  expect(alix.message).not.toContain('\n');
  return alix;
}

describe('sha256', () => {
  it('is the published digest of "abc", of bytes and of a file', async () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256(new TextEncoder().encode('abc'))).toBe(abc);
    writeFileSync(join(root, 'abc'), 'abc');
    expect(await sha256(join(root, 'abc'))).toBe(abc);
    expect((await failure(sha256(join(root, 'none')))).code).toBe('not-found');
  });
});

describe('readBytes', () => {
  it('names the file and the remedy', async () => {
    const missing = await failure(readBytes(join(root, 'none')));
    expect(missing.message).toBe(`${join(root, 'none')}: no such file or folder; check the path`);
    expect((await failure(readBytes(root))).code).toBe('is-a-folder');
  });

  it('says that a file cannot be read', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may read everything');
    writeFileSync(join(root, 'closed'), 'x', { mode: 0 });
    expect((await failure(readBytes(join(root, 'closed')))).code).toBe('no-permission');
  });
});

describe('writeFileAtomic', () => {
  it('takes a name as long as the file system takes', async () => {
    // 83 times 3 bytes of UTF-8
    const path = join(root, '数'.repeat(83));
    await writeFileAtomic(path, 'x');
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  it('writes, overwrites, makes folders and leaves nothing else', async () => {
    const path = join(root, 'a/b/out.bin');
    await writeFileAtomic(path, new Uint8Array([1, 2, 3]));
    await writeFileAtomic(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
    expect(readdirSync(join(root, 'a/b'))).toEqual(['out.bin']);
  });

  it('keeps the old file and leaves no temporary one when it fails', async () => {
    mkdirSync(join(root, 'taken/x'), { recursive: true });
    const error = await failure(writeFileAtomic(join(root, 'taken'), 'new'));
    expect(['is-a-folder', 'output-exists']).toContain(error.code);
    expect(readdirSync(root)).toEqual(['taken']);
    writeFileSync(join(root, 'file'), 'old');
    expect((await failure(writeFileAtomic(join(root, 'file/x'), 'new'))).code).toMatch(/not-a-folder|output-exists/);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('old');
  });

  it('removes the folders it made for a file that could not be written', async () => {
    const long = 'x'.repeat(300);
    expect((await failure(writeFileAtomic(join(root, 'a/b', long), 'new'))).code).toBe('bad-path');
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('writeFolderAtomic', () => {
  const fill = async (folder: string) => {
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep/a'), '1');
    return 'result';
  };

  it('appears whole, under its name only at the end', async () => {
    const path = join(root, 'runs/one');
    const result = await writeFolderAtomic(path, async (temporary) => {
      expect(existsSync(path)).toBe(false);
      expect(temporary.startsWith(join(root, 'runs/.one'))).toBe(true);
      return fill(temporary);
    });
    expect(result).toBe('result');
    expect(readFileSync(join(path, 'deep/a'), 'utf8')).toBe('1');
    expect(readdirSync(join(root, 'runs'))).toEqual(['one']);
  });

  it('leaves nothing after a failure, and passes the error on', async () => {
    const failing = writeFolderAtomic(join(root, 'runs/one'), async (temporary) => {
      await fill(temporary);
      throw new Error('half-way');
    });
    await expect(failing).rejects.toThrow('half-way');
    expect(readdirSync(root)).toEqual([]);
  });

  it('takes an empty folder, refuses a full one, replaces it when told to', async () => {
    const path = join(root, 'out');
    mkdirSync(path);
    await writeFolderAtomic(path, fill);
    let called = false;
    const refused = await failure(
      writeFolderAtomic(path, async () => {
        called = true;
      }),
    );
    expect(refused.code).toBe('output-exists');
    expect(called).toBe(false);
    await writeFolderAtomic(path, async (temporary) => writeFileSync(join(temporary, 'new'), '2'), { replace: true });
    expect(readdirSync(path)).toEqual(['new']);
    const failing = writeFolderAtomic(path, () => Promise.reject(new Error('no')), { replace: true });
    await expect(failing).rejects.toThrow('no');
    expect(readdirSync(path)).toEqual(['new']);
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('never replaces a file', async () => {
    writeFileSync(join(root, 'out'), 'precious');
    expect((await failure(writeFolderAtomic(join(root, 'out'), fill, { replace: true }))).code).toBe('output-exists');
    expect(readFileSync(join(root, 'out'), 'utf8')).toBe('precious');
  });
});

describe('ensureWritableFolder', () => {
  it('makes the folder and leaves it empty', async () => {
    await ensureWritableFolder(join(root, 'a/b'));
    expect(readdirSync(join(root, 'a/b'))).toEqual([]);
  });

  it('says why a folder cannot be written', async () => {
    writeFileSync(join(root, 'file'), '');
    const inside = await failure(ensureWritableFolder(join(root, 'file/sub')));
    expect(inside.code).toBe('unwritable');
    expect(inside.message).toContain('a part of the path is a file');
    const itself = await failure(ensureWritableFolder(join(root, 'file')));
    expect(itself.message).toContain('a file is in its place');
    symlinkSync('loop', join(root, 'loop'));
    expect((await failure(ensureWritableFolder(join(root, 'loop/x')))).code).toBe('unwritable');
  });

  it('refuses a folder without write permission', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write everywhere');
    chmodSync(root, 0o555);
    expect((await failure(ensureWritableFolder(root))).message).toContain('permission denied');
  });

  it.runIf(existsSync('/proc/self'))('refuses a file system that takes no files, even for root', async () => {
    expect((await failure(ensureWritableFolder('/proc'))).code).toBe('unwritable');
  });
});

describe('describeSystemError', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EACCES', 'no-permission'],
    ['EROFS', 'read-only'],
    ['EMFILE', 'too-many-files'],
    ['EWEIRD', 'system'],
  ])('%s is %s', (code, expected) => {
    const error = describeSystemError(Object.assign(new Error(`${code}: x`), { code }), 'out.png') as AlixError;
    expect(error.code).toBe(expected);
    expect(error.message).toMatch(/^out\.png: /);
  });

  it.runIf(process.platform === 'linux')(
    'a listed file whose name is not UTF-8 is not said to be missing',
    async () => {
      const named = join(root, 'odd-names');
      mkdirSync(named);
      const file = Buffer.concat([Buffer.from(`${named}/`), Buffer.from([0x61, 0xff])]);
      writeFileSync(file, 'x');
      const [name = ''] = readdirSync(named);
      expect((await failure(readBytes(join(named, name)))).message).toMatch(/the name is not UTF-8; rename/);
      expect((await failure(readBytes(join(named, 'b')))).message).toMatch(/no such file or folder/);
      // rmSync does not find it either
      unlinkSync(file);
    },
  );

  it('leaves mistakes of the program and errors that are described already alone', () => {
    const bug = Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(describeSystemError(bug, 'p')).toBe(bug);
    const described = new AlixError('bad-image', 'x');
    expect(describeSystemError(described, 'p')).toBe(described);
  });
});
