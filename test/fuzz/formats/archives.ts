/** Archives of published data sets, as `alix data download` unpacks them, and the record that it keeps. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@alix/infer/io/files';
import { encodeNpz } from '@alix/infer/io/npz';
import { downloadSet, RECORD } from '@alix/train/datasets/download/set';
import { zipSync } from 'fflate';
import { tarOf } from '../../fixtures/tar.js';
import { type Format, sound } from '../format.js';
import { foreignIn } from '../judge.js';
import { treeOf } from '../tree.js';

const members = {
  'set/a.bin': Buffer.from('hello'),
  'set/deep/b.bin': Buffer.alloc(3000, 7),
  '__MACOSX/x': Buffer.from('x'),
};

const content = Buffer.from('published');
const set = {
  name: 'fuzzed',
  title: '',
  page: '',
  licence: '',
  folder: 'fuzzed',
  files: [{ name: 'a.bin', addresses: [], bytes: content.length, sha256: sha256(content) }],
};
/** An archive that the user has put there, of which nobody has published a checksum. */
const placed = (name: string, format: 'zip' | 'tar.gz', below: string) => ({
  ...set,
  files: [{ name, addresses: [], unpack: { format, below } }],
});

function unpacking(format: 'zip' | 'tar.gz', seeds: () => Uint8Array[]): Format {
  const archive = `a.${format}`;
  return {
    name: format,
    seeds: async () => seeds().map((bytes) => treeOf({ [archive]: bytes })),
    async read(folder, index) {
      const made = downloadSet(placed(archive, format, index % 2 ? 'set/' : ''), folder);
      const [found] = await made.catch((error: unknown) => {
        const left = readdirSync(folder).filter((name) => name !== archive && !name.startsWith('.alix-download.lock'));
        // a damaged tree may have files of its own
        sound(
          left.every((name) => name.includes(format)),
          `left behind: ${left.join(', ')}`,
        );
        throw error;
      });
      const { files } = JSON.parse(readFileSync(join(folder, RECORD), 'utf8')) as {
        files: { members: Record<string, number> }[];
      };
      const { members: sizes } = files[0]!;
      sound(found?.unpacked === Object.keys(sizes).length, `${found?.unpacked} files`);
      for (const [name, size] of Object.entries(sizes))
        sound(statSync(join(folder, name)).size === size, `${name} is not of ${size} bytes`);
      const there = (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((path) =>
        lstatSync(join(folder, path), { throwIfNoEntry: false })?.isFile(),
      );
      sound(
        there.length <= Object.keys(sizes).length + 2,
        `${there.length} files, ${Object.keys(sizes).length} in the record`,
      );
      sound(foreignIn(folder).length === 0, 'links');
    },
  };
}

const zip = unpacking('zip', () => [
  zipSync(members),
  zipSync(members, { level: 0 }),
  encodeNpz({ a: { shape: [3], data: Uint8Array.of(1, 2, 3) } }),
]);
const tarGz = unpacking('tar.gz', () => [
  gzipSync(tarOf([{ name: 'set/', type: '5' }, ...Object.entries(members).map(([name, data]) => ({ name, data }))])),
  // 20 MB of zeros
  gzipSync(tarOf([{ name: 'set/zeros', data: Buffer.alloc(20_000_000) }])),
]);

/** What a run before has written of a folder; whatever it says, the file is the published one or an error. */
const record: Format = {
  name: 'download-record',
  seeds: async () => {
    const file = {
      name: 'a.bin',
      address: 'http://127.0.0.1:9/a.bin',
      bytes: content.length,
      sha256: sha256(content),
      verified: 'sha256',
    };
    const members = { 'x.bin': 3 };
    return [
      treeOf({
        'a.bin': content,
        [RECORD]: JSON.stringify({ format: 'alix-download', formatVersion: 1, set: 'fuzzed', files: [file] }),
      }),
      treeOf({
        'a.bin': content,
        [RECORD]: JSON.stringify({
          format: 'alix-download',
          formatVersion: 1,
          set: 'fuzzed',
          files: [{ ...file, members }],
        }),
      }),
    ];
  },
  async read(folder) {
    const [found] = await downloadSet(set, folder);
    sound(found?.bytes === content.length && found.sha256 === sha256(content), 'another file is taken for it');
  },
};

export const archives: readonly Format[] = [zip, tarGz, record];
