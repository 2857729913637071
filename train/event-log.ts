/**
 * The numbers of metrics.jsonl once more, in the file format that TensorBoard reads: TFRecords of Event messages
 * (tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto).
 */
import { existsSync } from 'node:fs';
import { open, truncate } from 'node:fs/promises';
import { describing, readRegular, writeFileAtomic } from '@alix/infer/io/files';
import { append } from './append.js';
import { masked } from './crc32c.js';
import type { MetricsLine } from './metrics-log.js';

/** TensorBoard knows its files by "tfevents" in their names. One for all sessions of a run. */
export const EVENTS = 'events.out.tfevents.alix';

/** Numbers of a line that are no curves. */
const NO_CURVES = new Set(['kind', 'step', 'epoch']);

/** What the tags of a line begin with: TensorBoard groups them by it. */
const GROUPS: Readonly<Record<MetricsLine['kind'], string>> = { step: 'train', epoch: 'epoch' };

/** Appends whole records; those after the step from which a run is resumed are dropped first. */
export class EventLog {
  readonly #path: string;
  readonly #now: () => number;
  #pending: Uint8Array[] = [];

  /** @param now milliseconds since 1970 */
  constructor(path: string, now: () => number = Date.now) {
    this.#path = path;
    this.#now = now;
  }

  /** Cuts off what was logged after `step`, and a record that was not written whole. */
  async rewind(step: number): Promise<void> {
    const bytes = existsSync(this.#path) ? await readRegular(this.#path) : new Uint8Array(0);
    const end = endOf(bytes, step);
    if (end === 0) return writeFileAtomic(this.#path, record(header(this.#now() / 1000)));
    if (end < bytes.length) await describing(this.#path, () => cut(this.#path, end));
  }

  add(line: MetricsLine): void {
    const scalars = Object.entries(line)
      .filter(([name]) => !NO_CURVES.has(name))
      // what is not finite stands in a line as text
      .map(([name, value]) => [`${GROUPS[line.kind]}/${name}`, Number(value)] as const);
    this.#pending.push(record(scalarsEvent(this.#now() / 1000, line.step, scalars)));
  }

  /** Appends the records, all or none. */
  async flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    if (bytes.length > 0) await describing(this.#path, () => append(this.#path, bytes));
  }
}

async function cut(path: string, end: number): Promise<void> {
  await truncate(path, end);
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}

/** Length, its checksum, the data, their checksum; little-endian. */
function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 16);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return out;
}

/** Where the whole records up to `step` end; 0 where there is none, or it does not begin with one. */
function endOf(bytes: Uint8Array, step: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = Number(view.getBigUint64(at, true));
    const end = at + 16 + length;
    if (end > bytes.length || view.getUint32(at + 8, true) !== masked(bytes.subarray(at, at + 8))) break;
    const data = bytes.subarray(at + 12, end - 4);
    if (view.getUint32(end - 4, true) !== masked(data) || stepOf(data) > step) break;
    at = end;
  }
  return at;
}

/** Field numbers of Event, Summary and Summary.Value, with their wire types: 0 a varint, 1 eight bytes, 2 a length, 5 four bytes. */
const WALL_TIME = (1 << 3) | 1;
const STEP = (2 << 3) | 0;
const FILE_VERSION = (3 << 3) | 2;
const SUMMARY = (5 << 3) | 2;
const VALUE = (1 << 3) | 2;
const TAG = (1 << 3) | 2;
const SIMPLE_VALUE = (2 << 3) | 5;

/** @param seconds since 1970 */
const header = (seconds: number) =>
  Buffer.concat([wallTime(seconds), withLength(FILE_VERSION, Buffer.from('brain.Event:2'))]);

function scalarsEvent(seconds: number, step: number, scalars: readonly (readonly [tag: string, value: number])[]) {
  const values = scalars.map(([tag, value]) => {
    const number = Buffer.alloc(5);
    number[0] = SIMPLE_VALUE;
    number.writeFloatLE(value, 1);
    return withLength(VALUE, Buffer.concat([withLength(TAG, Buffer.from(tag)), number]));
  });
  return Buffer.concat([
    wallTime(seconds),
    Buffer.from([STEP, ...varint(step)]),
    withLength(SUMMARY, Buffer.concat(values)),
  ]);
}

function wallTime(seconds: number): Buffer {
  const out = Buffer.alloc(9);
  out[0] = WALL_TIME;
  out.writeDoubleLE(seconds, 1);
  return out;
}

const withLength = (key: number, data: Uint8Array) => Buffer.concat([Buffer.from([key, ...varint(data.length)]), data]);

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** The step of an event as `scalarsEvent` writes it; -1 of a header, which has none. */
function stepOf(event: Uint8Array): number {
  if (event[9] !== STEP) return -1;
  let step = 0;
  for (let at = 10, place = 1; at < event.length; at++, place *= 128) {
    const byte = event[at] as number;
    step += (byte & 127) * place;
    if (byte < 128) break;
  }
  return step;
}
