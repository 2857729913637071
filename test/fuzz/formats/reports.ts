/** Reports of evaluations, as `alix eval compare` reads them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '@alix/infer';
import { encodePng } from '@alix/infer/io/png';
import { compare } from 'alix/dist/evaluation/side-by-side.js';
import { recordOf, subjectOf } from '../../fixtures/evaluated.js';
import { tiny, tinyImages, writeTinyBundle } from '../../fixtures/tiny-bundle.js';
import { type Format, sound } from '../format.js';
import { type Tree, treeOf } from '../tree.js';
import { folderOf } from './written.js';

let report: string | undefined;

/** The report of an evaluation of a tiny model. */
async function reportJson(): Promise<string> {
  if (report !== undefined) return report;
  await folderOf(async (folder) => {
    const model = await loadModel(writeTinyBundle(join(folder, 'model')), { device: 'cpu', threads: 1 });
    report = await recordOf(subjectOf(model, 40));
    await model.dispose();
    await writeFile(join(folder, 'x'), '');
  });
  return report!;
}

async function seeds(): Promise<readonly Tree[]> {
  const text = await reportJson();
  const picture = encodePng(tinyImages(tiny, 1), tiny);
  const other = JSON.stringify({ ...JSON.parse(text), created: 'later' });
  return [
    treeOf({
      'a/report.json': text,
      'a/pictures/original-00.png': picture,
      'a/pictures/reconstruction-00.png': picture,
      'b/report.json': other,
    }),
  ];
}

const told: string[] = [];
const context = {
  out: (text: string) => void told.push(text),
  log: (text: string) => void told.push(text),
  interactive: false,
  json: false,
  quiet: false,
  debug: false,
  dryRun: false,
  signal: new AbortController().signal,
  exit: () => undefined,
};

export const reports: readonly Format[] = [
  {
    name: 'report',
    seeds,
    fixed: /^b\//,
    async read(folder) {
      told.length = 0;
      await compare([join(folder, 'a'), join(folder, 'b')], join(folder, 'out'), context);
      const line = told.find((text) => /\p{Cc}/u.test(text));
      sound(line === undefined, `control characters in ${JSON.stringify(line?.slice(0, 200))}`);
    },
  },
];
