/** The log for TensorBoard, read back by a parser of its own: framing, checksums, fields, and what a resumed run does to it. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from '@alix/train/crc32c';
import { EventLog } from '@alix/train/event-log';
import { MetricsLog } from '@alix/train/metrics-log';
import { describe, expect, it, test } from 'vitest';
import { temporaryFolder } from '../fixtures/folder.js';

/** Bit by bit, where the writer has a table. */
function slowCrc(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) crc = ((crc ^ (byte >> bit)) & 1 ? 0x82f63b78 : 0) ^ (crc >>> 1);
  return ~crc >>> 0;
}

const masked = (bytes: Uint8Array) => {
  const crc = slowCrc(bytes);
  return (((crc >>> 15) | ((crc << 17) >>> 0)) + 0xa282ead8) % 2 ** 32;
};

test('CRC-32C of the check string, and the vectors of RFC 3720 B.4', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(slowCrc(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

type Field = readonly [number: number, value: number | Buffer];

/** The fields of any protobuf message: varints and fixed numbers as numbers, the rest as bytes. */
function fields(message: Buffer): Field[] {
  const out: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const take = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const values: Readonly<Record<number, () => number | Buffer>> = {
      0: varint,
      1: () => take(8).readDoubleLE(),
      2: () => take(varint()),
      5: () => take(4).readFloatLE(),
    };
    out.push([key >>> 3, values[key & 7]?.() ?? Number.NaN]);
  }
  return out;
}

interface Event {
  readonly wall: number;
  readonly step?: number;
  readonly version?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Every record of the file, each whole and with right checksums. */
function events(path: string): Event[] {
  const bytes = readFileSync(path);
  const out: Event[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(data.length).toBe(length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(data));
    const found = new Map(fields(data));
    const values = found.has(5)
      ? fields(found.get(5) as Buffer).map(([, value]) => new Map(fields(value as Buffer)))
      : [];
    out.push({
      wall: found.get(1) as number,
      ...(found.has(2) && { step: found.get(2) as number }),
      ...(found.has(3) && { version: `${found.get(3)}` }),
      scalars: Object.fromEntries(values.map((value) => [`${value.get(1)}`, value.get(2) as number])),
    });
    at += 16 + length;
  }
  return out;
}

const root = temporaryFolder();
let files = 0;
const fresh = () => join(root, `events.out.tfevents.${files++}`);
const stepsOf = (path: string) => events(path).flatMap(({ step }) => step ?? []);

describe('the log for TensorBoard', () => {
  const step = (n: number, loss: number | string) => ({ kind: 'step', step: n, epoch: 1, loss }) as const;

  it('has a header, then an event a line: time, step, and every number under a tag of its group', async () => {
    const path = fresh();
    let now = 1_700_000_000_000;
    const log = new EventLog(path, () => (now += 500));
    await log.rewind(0);
    log.add({ kind: 'step', step: 20, epoch: 1, critic: 0.25, images_per_second: 310 });
    log.add({ kind: 'epoch', step: 300, epoch: 1, seconds: 12, reconstruction_mse: 0.03125 });
    log.add(step(2 ** 40, 'NaN'));
    log.add(step(2 ** 40 + 1, '-Infinity'));
    await log.flush();
    await log.flush();
    expect(events(path)).toEqual([
      { wall: 1_700_000_000.5, version: 'brain.Event:2', scalars: {} },
      { wall: 1_700_000_001, step: 20, scalars: { 'train/critic': 0.25, 'train/images_per_second': 310 } },
      { wall: 1_700_000_001.5, step: 300, scalars: { 'epoch/seconds': 12, 'epoch/reconstruction_mse': 0.03125 } },
      { wall: 1_700_000_002, step: 2 ** 40, scalars: { 'train/loss': Number.NaN } },
      { wall: 1_700_000_002.5, step: 2 ** 40 + 1, scalars: { 'train/loss': Number.NEGATIVE_INFINITY } },
    ]);
  });

  it('a resumed run drops what came after its checkpoint, and writes nothing twice', async () => {
    const path = fresh();
    const first = new EventLog(path);
    await first.rewind(0);
    for (const n of [20, 40, 60, 80]) first.add(step(n, n));
    await first.flush();
    const before = readFileSync(path);
    const second = new EventLog(path);
    await second.rewind(40);
    expect(readFileSync(path)).toEqual(before.subarray(0, readFileSync(path).length));
    for (const n of [60, 80, 100]) second.add(step(n, n));
    await second.flush();
    expect(stepsOf(path)).toEqual([20, 40, 60, 80, 100]);
    await new EventLog(path).rewind(100);
    expect(stepsOf(path)).toEqual([20, 40, 60, 80, 100]);
    await new EventLog(path).rewind(0);
    expect(events(path)).toHaveLength(1);
  });

  it.each([1, 11, 12, 20, 40])('a record of which a kill left %i bytes goes', async (bytes) => {
    const path = fresh();
    const log = new EventLog(path);
    await log.rewind(0);
    log.add(step(20, 1));
    await log.flush();
    const whole = readFileSync(path).length;
    log.add(step(40, 2));
    await log.flush();
    truncateSync(path, whole + bytes);
    const next = new EventLog(path);
    await next.rewind(1000);
    expect(stepsOf(path)).toEqual([20]);
    next.add(step(40, 2));
    await next.flush();
    expect(stepsOf(path)).toEqual([20, 40]);
  });

  it('a file of something else is begun anew, and what follows damage goes', async () => {
    const path = fresh();
    writeFileSync(path, 'not at all a log of events');
    const log = new EventLog(path);
    await log.rewind(10);
    expect(events(path)).toHaveLength(1);
    log.add(step(1, 1));
    await log.flush();
    const whole = readFileSync(path);
    log.add(step(2, 2));
    await log.flush();
    const damaged = readFileSync(path);
    // turned, not set: the byte is of the time of day, and may be any value already
    damaged[whole.length + 14] = 255 - (damaged[whole.length + 14] as number);
    writeFileSync(path, damaged);
    appendFileSync(path, damaged.subarray(0, whole.length));
    await new EventLog(path).rewind(10);
    expect(readFileSync(path)).toEqual(whole);
  });

  it('follows metrics.jsonl', async () => {
    const path = fresh();
    const log = new MetricsLog(join(root, 'metrics.jsonl'), new EventLog(path));
    await log.rewind(0);
    for (const n of [1, 2, 3]) log.add(step(n, n));
    await log.flush();
    await log.rewind(2);
    log.add(step(3, 4));
    await log.flush();
    expect(stepsOf(path)).toEqual([1, 2, 3]);
    expect(events(path).at(-1)?.scalars).toEqual({ 'train/loss': 4 });
    const lines = readFileSync(join(root, 'metrics.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual([1, 2, 3]);
  });
});
