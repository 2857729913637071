/** Downloads from a server that cuts, stalls, lies, redirects and fails: the same bytes, or one plain error and no file. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@alix/infer/io/random';
import { downloadFile } from '@alix/train/datasets/download/file';
import { retryAfter } from '@alix/train/datasets/download/http';
import { beforeEach, expect, test } from 'vitest';
import { fileServer, type Misbehaviour } from '../fixtures/file-server.js';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
const random = createRandom(1);
const content = Buffer.from(Uint8Array.from({ length: 300_000 }, () => random.integer(0, 255)));
const other = Buffer.from(content).fill(7);
const sha256 = createHash('sha256').update(content).digest('hex');
const md5 = createHash('md5').update(content).digest('hex');
const server = await fileServer(content);
const quick = { wait: 1, patience: 200, tries: 3 };
const address = `${server.origin}/data.bin`;

let folder = '';
let target = '';
let count = 0;
beforeEach(() => {
  folder = join(root, `${count++}`);
  target = join(folder, 'data.bin');
  server.always(undefined);
  server.serve(content);
});

const cut: Misbehaviour = (_request, _response, honest) => honest({ cutAfter: 100_000 });
const status =
  (code: number, headers = {}): Misbehaviour =>
  (_request, response) =>
    response.writeHead(code, headers).end('no');
/** Where each request's range begins. */
const starts = () =>
  server.requests.map(({ range }) => (range === undefined ? undefined : Number(/\d+/.exec(range)?.[0])));
/** Only the file, under its name. */
const only = () => expect(readdirSync(folder)).toEqual(['data.bin']);
const whole = () => {
  expect(readFileSync(target).equals(content)).toBe(true);
  only();
};

test('a file comes whole, with its checksum; the second run fetches nothing', async () => {
  const seen: [number, number | undefined][] = [];
  const first = await downloadFile(
    [address],
    target,
    { sha256, bytes: content.length },
    {
      ...quick,
      onProgress: (done, total) => seen.push([done, total]),
    },
  );
  expect(first).toEqual({ path: target, status: 'downloaded', address, sha256, bytes: 300_000, verified: 'sha256' });
  expect(seen.at(-1)).toEqual([300_000, 300_000]);
  whole();
  server.requests.length = 0;
  expect((await downloadFile([address], target, { sha256 }, quick)).status).toBe('present');
  expect(server.requests).toEqual([]);
});

test('without a checksum nothing is claimed, and an md5 is as good as it is', async () => {
  expect(await downloadFile([address], target, {}, quick)).toMatchObject({ verified: undefined, sha256 });
  expect(await downloadFile([address], join(folder, 'b'), { md5 }, quick)).toMatchObject({ verified: 'md5' });
});

test('cut connections are gone on with by ranges, on the condition that the file is the same', async () => {
  server.script(cut, cut);
  await downloadFile([address], target, { sha256 }, quick);
  // what was on its way when the connection was cut may be lost
  const [first, second, third, ...more] = starts();
  expect([first, more]).toEqual([undefined, []]);
  expect([second! > 0, second! <= 100_000, third! > second!, third! <= 200_000]).toEqual([true, true, true, true]);
  expect(server.requests[1]?.ifRange).toMatch(/^"[0-9a-f]{32}"$/);
  whole();
});

test('a server that ignores ranges, and one that gives another part, lead to the same bytes', async () => {
  server.script(cut, (_request, _response, honest) => honest({ ranges: false }));
  await downloadFile([address], target, {}, quick);
  whole();
  const wrong: Misbehaviour = (_request, response) =>
    response.writeHead(206, { 'content-range': 'bytes 5-9/300000' }).end('xxxxx');
  server.script(cut, wrong);
  await downloadFile([address], join(folder, 'b'), {}, quick);
  expect(readFileSync(join(folder, 'b')).equals(content)).toBe(true);
});

test('a file that changes between two connections is never mixed', async () => {
  server.script(cut, (_request, _response, honest) => {
    server.serve(other);
    honest();
  });
  await downloadFile([address], target, {}, quick);
  expect(readFileSync(target).equals(other)).toBe(true);
});

test('what was left of another file is found out by the checksum and fetched anew', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${target}.part`, other.subarray(0, 1000));
  const lines: string[] = [];
  await downloadFile([address], target, { sha256 }, { ...quick, onMessage: (line) => lines.push(line) });
  whole();
  expect(lines.join()).toMatch(/fetched anew/);
  // without a checksum nothing could tell it: dropped at once
  const second = join(folder, 'second');
  writeFileSync(`${second}.part`, other.subarray(0, 1000));
  server.requests.length = 0;
  await downloadFile([address], second, {}, quick);
  expect(server.requests.map(({ range }) => range)).toEqual([undefined]);
});

test('a server that falls silent is given up and asked again', async () => {
  const stall: Misbehaviour = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length, etag: '"s"' });
    response.write(content.subarray(0, 5000));
  };
  const mute: Misbehaviour = () => {};
  server.script(mute, stall);
  const lines: string[] = [];
  await downloadFile([address], target, { sha256 }, { ...quick, onMessage: (line) => lines.push(line) });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/nothing came for 0\.[12] s; again in/);
  whole();
});

test('lengths that lie: too long ones are cut connections, too short ones another file', async () => {
  const long: Misbehaviour = (_request, response) => {
    response.writeHead(200, { 'content-length': content.length + 1000, etag: '"l"' });
    response.write(content, () => response.destroy());
  };
  // the server then confirms by 416 that there is no more
  server.script(long);
  await downloadFile([address], target, { sha256 }, quick);
  whole();
  server.always(long);
  await expect(downloadFile([address], join(folder, 'b'), {}, quick)).rejects.toMatchObject({
    code: 'download-failed',
  });
  const short: Misbehaviour = (_request, response) => {
    response.writeHead(200, { 'content-length': 1000 }).end(content.subarray(0, 1000));
  };
  server.always(short);
  await expect(downloadFile([address], join(folder, 'c'), { sha256, bytes: 300_000 }, quick)).rejects.toMatchObject({
    code: 'not-the-file',
    expected: '300000 bytes',
    found: '1000',
  });
  await expect(downloadFile([address], join(folder, 'd'), { sha256 }, quick)).rejects.toMatchObject({
    code: 'bad-hash',
  });
  // what is known to be wrong does not stay
  expect(readdirSync(folder).filter((name) => /^[cd](\.|$)/.test(name))).toEqual([]);
});

test('a body without a length ends where the server says so, not where it is cut', async () => {
  server.script((_request, response) => {
    response.writeHead(200, { etag: '"c"' });
    response.write(content.subarray(0, 5000));
    setTimeout(() => response.destroy(), 30);
  });
  const totals = new Set<number | undefined>();
  await downloadFile([address], target, {}, { ...quick, onProgress: (_done, total) => totals.add(total) });
  whole();
  server.always((_request, response) => {
    response.write(content);
    response.end();
  });
  await downloadFile([address], join(folder, 'b'), { sha256 }, quick);
  expect(totals.has(undefined)).toBe(true);
});

test('redirects are followed, circles and endless chains are not', async () => {
  const to = (location: string) => status(302, { location });
  server.script(to('/a'), to('b?x=1'), to(`${server.origin}/c`));
  await downloadFile([address], target, { sha256 }, quick);
  expect(server.requests.map(({ path }) => path)).toEqual(['/data.bin', '/a', '/b?x=1', '/c']);
  server.always((request, response) =>
    to(request.url === '/data.bin' ? '/x' : '/data.bin')(request, response, () => {}),
  );
  await expect(downloadFile([address], join(folder, 'b'), {}, quick)).rejects.toThrow(/redirects in a circle/);
  let n = 0;
  server.always((request, response) => to(`/${n++}`)(request, response, () => {}));
  await expect(downloadFile([address], join(folder, 'b'), {}, quick)).rejects.toThrow(/more than 10 times/);
  for (const location of ['ftp://x/y', 'file:///etc/passwd', 'http://']) {
    server.always(to(location));
    await expect(downloadFile([address], join(folder, 'b'), {}, quick)).rejects.toThrow(/no address|can be fetched/);
  }
  only();
});

test('503 and 500 are asked again, no more often than said; 404 and 403 are not', async () => {
  server.script(status(503, { 'retry-after': '0' }), status(500), status(429));
  await downloadFile([address], target, { sha256 }, quick);
  expect(server.requests).toHaveLength(4);
  for (const [code, asked] of [
    [500, 4],
    [503, 4],
    [404, 1],
    [403, 1],
  ] as const) {
    server.always(status(code));
    const failed = downloadFile([address], join(folder, 'b'), {}, quick);
    await expect(failed).rejects.toMatchObject({ code: 'download-failed', where: address });
    await expect(failed).rejects.toThrow(`the server answered ${code}`);
    expect([code, server.requests.length]).toEqual([code, asked]);
  }
  expect([retryAfter('2'), retryAfter('nonsense'), retryAfter(new Date(5000).toUTCString(), 2000)]).toEqual([
    2000,
    undefined,
    3000,
  ]);
});

test('a web page is not taken for the file, whatever it calls itself', async () => {
  const page = '<!DOCTYPE html><title>Sorry</title>';
  for (const type of ['text/html; charset=utf-8', 'application/octet-stream']) {
    server.always((_request, response) => response.writeHead(200, { 'content-type': type }).end(page));
    await expect(downloadFile([address], target, {}, quick)).rejects.toMatchObject({ code: 'not-the-file' });
    expect(readdirSync(folder).filter((name) => name === 'data.bin')).toEqual([]);
  }
});

test('the next address is tried where one fails, and goes on with the bytes that are there', async () => {
  const lines: string[] = [];
  const options = { ...quick, tries: 0, onMessage: (line: string) => lines.push(line) };
  server.script(cut);
  await downloadFile([`${server.origin}/one`, `${server.origin}/two`], target, { sha256 }, options);
  expect(server.requests.map(({ path }) => path)).toEqual(['/one', '/two']);
  expect(starts()[1]).toBeGreaterThan(0);
  whole();
  expect(lines.join()).toMatch(/trying .*\/two/);
});

test('a connection that is refused is one line', async () => {
  const failed = downloadFile(['http://127.0.0.1:9/x'], target, {}, quick);
  await expect(failed).rejects.toMatchObject({ code: 'download-failed' });
  await expect(failed).rejects.toThrow(/^http:\/\/127.0.0.1:9\/x: the connection was refused; run the same command/);
});

test('another file of that name stays', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(target, 'mine');
  await expect(downloadFile([address], target, { sha256 }, quick)).rejects.toMatchObject({ code: 'output-exists' });
  expect(readFileSync(target, 'utf8')).toBe('mine');
  mkdirSync(join(folder, 'b'));
  await expect(downloadFile([address], join(folder, 'b'), {}, quick)).rejects.toMatchObject({ code: 'output-exists' });
  expect(server.requests).toEqual([]);
});

test('an interrupt keeps the part, and the next run goes on with it', async () => {
  server.always((_request, _response, honest) => honest({ pace: 10_000 }));
  const stop = new AbortController();
  const onProgress = (done: number) => done > 50_000 && stop.abort();
  const interrupted = downloadFile([address], target, {}, { ...quick, signal: stop.signal, onProgress });
  await expect(interrupted).rejects.toMatchObject({ code: 'interrupted' });
  expect(existsSync(target)).toBe(false);
  server.always(undefined);
  await downloadFile([address], target, {}, quick);
  expect(server.requests.map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]) > 50_000)).toEqual([true]);
  whole();
});

test('two that want one file fetch it once', async () => {
  server.always((_request, _response, honest) => honest({ pace: 30_000 }));
  const both = [downloadFile([address], target, { sha256 }, quick), downloadFile([address], target, { sha256 }, quick)];
  const found = await Promise.all(both);
  expect(found.map(({ status }) => status).sort()).toEqual(['downloaded', 'present']);
  expect(server.requests).toHaveLength(1);
  whole();
});
