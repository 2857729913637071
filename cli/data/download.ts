/** alix data download: a published data set, or any file that has an address. */
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { nearest } from '@alix/infer/io/suggest';
import type { Checked } from '@alix/train/datasets/download/check';
import { downloadFile } from '@alix/train/datasets/download/file';
import { parseAddress } from '@alix/train/datasets/download/http';
import { type PublishedSet, publishedSets } from '@alix/train/datasets/download/published';
import { downloadSet, type FetchedFile } from '@alix/train/datasets/download/set';
import type { Context } from '../commands/command.js';
import { planned } from '../plan.js';
import { downloadPlan, filesOf } from './download-plan.js';
import { transferBar } from './transfer-bar.js';

export interface DownloadOptions {
  readonly output?: string;
  readonly mirror?: string;
  readonly sha256?: string;
  readonly only?: readonly string[];
  readonly retries: number;
}

export async function runDownload(what: string, options: DownloadOptions, context: Context): Promise<void> {
  const set = Object.hasOwn(publishedSets, what) ? publishedSets[what] : undefined;
  if (set) return fetchSet(set, options, context);
  if (/^https?:\/\//i.test(what)) return fetchAddress(what, options, context);
  const near = nearest(what, Object.keys(publishedSets));
  throw new AlixError('usage', `nothing of that name can be downloaded${near ? ` (did you mean ${near}?)` : ''}`, {
    where: what,
    remedy: `give an address, or one of: ${Object.keys(publishedSets).join(', ')}`,
  });
}

async function fetchSet(set: PublishedSet, options: DownloadOptions, context: Context): Promise<void> {
  const { name, title, page, licence } = set;
  const { only, retries, output } = options;
  if (options.sha256 !== undefined)
    throw new AlixError('usage', "--sha256 is for an address: the checksums of published data sets are alix's own", {
      remedy: 'leave it out',
    });
  const folder = output ?? (process.env.ALIX_DATA && join(process.env.ALIX_DATA, set.folder));
  if (!folder)
    throw new AlixError('usage', 'it is not said where the data set goes', {
      remedy: `give -o DIR, or set ALIX_DATA to the folder of all data sets, which gets it as ${set.folder}`,
    });
  const mirror = options.mirror ?? mirrorOf(name);
  if (mirror !== undefined) parseAddress(mirror);
  context.log(`${title} (${page})\nlicence: ${licence}`);
  if (context.dryRun) {
    planned(context, await downloadPlan(folder, filesOf(set, only, mirror)));
    return;
  }
  const bar = transferBar(context);
  const files = await downloadSet(set, folder, {
    mirror,
    only,
    tries: retries,
    signal: context.signal,
    onProgress: bar.update,
    onMessage: bar.message,
  }).finally(bar.stop);
  if (context.json) return context.out(JSON.stringify({ name, folder, page, licence, files }));
  for (const file of files) context.log(`${file.name}: ${said(file)}`);
  const isNamed = output === undefined;
  context.log(`next: \`alix data info ${isNamed ? name : folder}\``);
}

async function fetchAddress(address: string, options: DownloadOptions, context: Context): Promise<void> {
  const { output = '.', sha256, retries, mirror, only } = options;
  if (mirror !== undefined || only !== undefined)
    throw new AlixError('usage', '--mirror and --only are for published data sets', {
      remedy: 'give the address itself',
    });
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new AlixError('usage', '--sha256 is not a checksum', { expected: '64 hexadecimal digits', found: sha256 });
  const name = nameOf(address);
  context.log(`licence: unknown to alix; see where ${address} is offered`);
  if (context.dryRun) {
    planned(context, await downloadPlan(output, [{ name, address, bytes: undefined }]));
    return;
  }
  const bar = transferBar(context);
  const { status, path, ...file } = await downloadFile(
    [address],
    join(output, name),
    { sha256 },
    {
      tries: retries,
      signal: context.signal,
      onProgress: (done, total) => bar.update(name, done, total),
      onMessage: bar.message,
    },
  ).finally(bar.stop);
  if (context.json) return context.out(JSON.stringify({ path, status, ...file, verified: file.verified ?? null }));
  context.log(`${path}: ${said({ ...file, status })}`);
}

/** The last part of the address, which may hold nothing that leads elsewhere. */
function nameOf(address: string): string {
  const parts = parseAddress(address).pathname.split('/');
  const last = parts.at(-1) ?? '';
  let name = last;
  try {
    name = decodeURIComponent(last);
  } catch {
    // it stays as it is written
  }
  if (name !== '' && !/[/\\\0]/.test(name) && name !== '.' && name !== '..') return name;
  throw new AlixError('bad-address', 'this address does not end in the name of a file', { where: address });
}

/** ALIX_MIRROR/NAME, as ALIX_DATA has its data sets. */
function mirrorOf(name: string): string | undefined {
  const base = process.env.ALIX_MIRROR;
  return base ? `${base.replace(/\/*$/, '')}/${name}` : undefined;
}

type Said = Checked & Pick<FetchedFile, 'status' | 'unpacked'>;

function said({ status, bytes, sha256, verified, unpacked }: Said): string {
  const did = status === 'present' ? 'was there already' : 'fetched';
  const known = verified ? `${verified} as published` : `unverified, no checksum is known; its sha256 is ${sha256}`;
  const out = unpacked === undefined ? '' : `, ${unpacked.toLocaleString('en')} files unpacked`;
  return `${did}, ${bytes.toLocaleString('en')} bytes, ${known}${out}`;
}
