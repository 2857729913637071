/** The folder of a report: report.json, report.html, and pictures/ that `alix eval compare` puts side by side. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvalRecord, evalReport, type Gallery } from '@alix/eval';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError, describing, writeFileAtomic, writeFolderAtomic } from '@alix/infer/io/files';
import { encodePng } from '@alix/infer/io/png';

export const PICTURES = 'pictures';
/** Pictures of a kind are numbered after these. */
export const kinds = ['original', 'reconstruction', 'sample'] as const;
export type PictureKind = (typeof kinds)[number];

const OWN = new RegExp(`^(${kinds.join('|')})-\\d+\\.png$`);
/** What a write that was killed leaves behind: see `temporaryName` of infer/io/files. */
const UNFINISHED = /^\.pictures\.\d+-[0-9a-f]{12}\.tmp(\.old)?$/;

/** A folder of that name with a user's own files is not replaced. @throws AlixError 'output-exists' */
export async function checkPictures(folder: string): Promise<void> {
  const path = join(folder, PICTURES);
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw describeSystemError(error, path);
  });
  const other = names.find((name) => !OWN.test(name));
  if (other === undefined) return;
  throw new AlixError('output-exists', 'a folder with other files is where the pictures of the report go', {
    where: path,
    found: other,
    remedy: 'name another folder with -o',
  });
}

/** Each appears whole or not at all, report.json last: where it is, the others are. @throws AlixError 'disk-full', ... */
export async function writeReport(folder: string, record: EvalRecord, gallery: Gallery): Promise<void> {
  await checkPictures(folder);
  await writeFolderAtomic(
    join(folder, PICTURES),
    async (temporary) => {
      const pictures: Readonly<Record<PictureKind, readonly Uint8Array[]>> = {
        original: gallery.first.map(({ original }) => original),
        reconstruction: gallery.first.map(({ reconstruction }) => reconstruction),
        sample: gallery.samples,
      };
      for (const kind of kinds)
        for (const [i, pixels] of pictures[kind].entries())
          await writeFile(join(temporary, pictureName(kind, i)), encodePng(pixels, record.data.size));
    },
    { replace: true },
  );
  await writeFileAtomic(join(folder, 'report.html'), evalReport(record, gallery));
  await writeFileAtomic(join(folder, 'report.json'), jsonText(record));
  for (const name of await readdir(folder))
    if (UNFINISHED.test(name)) await rm(join(folder, name), { recursive: true, force: true });
}

export const pictureName = (kind: PictureKind, i: number) => `${kind}-${`${i}`.padStart(2, '0')}.png`;

/** Paths of a report's pictures by kind, in order; none where there is no such folder. */
export async function picturePaths(folder: string): Promise<Record<PictureKind, string[]>> {
  const inside = join(folder, PICTURES);
  const names = await describing(folder, () => readdir(folder)).then((all) =>
    all.includes(PICTURES) ? describing(inside, () => readdir(inside)) : [],
  );
  const of = (kind: PictureKind) =>
    names
      .filter((name) => new RegExp(`^${kind}-\\d+\\.png$`).test(name))
      .sort()
      .map((name) => join(inside, name));
  return { original: of('original'), reconstruction: of('reconstruction'), sample: of('sample') };
}

/** Indented JSON whose lists of numbers stand on one line each. */
export function jsonText(value: unknown): string {
  // a line break inside a text would be written as \n, so that this finds lists alone
  const text = JSON.stringify(value, null, 2).replace(/\[\n[\s\d.,eE+-]*\]/g, (list) => list.replace(/\s+/g, ' '));
  return `${text}\n`;
}
