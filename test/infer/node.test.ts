/** The Node door: graphs run beside the event loop, and a worker that ends ends nothing else. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onnxBytes } from '@alix/export';
import { networkGraph } from '@alix/export/graph';
import { loadModel, nodeRuntime } from '@alix/infer';
import { prepareRuntime, startRuntime } from '@alix/infer/start';
import { chain, conv } from '@alix/train/spec';
import { expect, test } from 'vitest';
import { randomWeights } from '../export/support.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { tiny, tinyImages, writeTinyBundle } from '../fixtures/tiny-bundle.js';
import { loopDelayDuring } from './loop-delay.js';

const folder = writeTinyBundle(join(temporaryFolder(), 'model'));
/** The most that the loop may stand still, in milliseconds. */
const BAR = 50;

/** 3x3 convolutions on 64 channels of 64x64 pixels: 1.2 GFLOP for 16 KB that go in. */
function heavyGraph(): Uint8Array {
  const rows = [64, 64, 64, 64, 64, 1].map((channels) => conv(3, 1, channels, 'relu', { padding: 1 }));
  const spec = chain('x', [64, 64, 1], 'y', rows);
  return onnxBytes(networkGraph('net', spec, randomWeights({ net: spec })));
}

async function heavy() {
  const runtime = await nodeRuntime({ device: 'cpu', threads: 1 });
  const session = await runtime.createSession(heavyGraph(), 'heavy.onnx');
  const run = (n: number) =>
    session.run({ x: { type: 'float32', dims: [n, 64, 64, 1], data: new Float32Array(n * 4096).fill(1) } });
  const time = async (n: number) => {
    const start = performance.now();
    await run(n);
    return performance.now() - start;
  };
  await run(1);
  const one = Math.min(await time(1), await time(1), await time(1));
  return { runtime, run, second: Math.ceil(1200 / one) };
}

test('the event loop turns through a run of a second', { timeout: 120_000 }, async () => {
  const { runtime, run, second } = await heavy();
  const { longest, own, took } = await loopDelayDuring(() => run(second));
  expect(took).toBeGreaterThan(900);
  expect(own).toBeLessThan(BAR);
  // whatever else the machine does, the loop did not wait for the run
  expect(longest).toBeLessThan(took / 2);
  await runtime.dispose?.();
});

test('the measure sees a loop that stands still', async () => {
  const { longest, own } = await loopDelayDuring(async () => {
    const start = process.cpuUsage();
    for (let spent = 0; spent < 200_000; ) spent = process.cpuUsage(start).user;
  });
  expect(longest).toBeGreaterThan(190);
  expect(own).toBeGreaterThan(150);
});

test('what is disposed of while a graph runs ends it, and the caller hears of it at once', {
  timeout: 60_000,
}, async () => {
  const { runtime, run, second } = await heavy();
  const start = performance.now();
  const refused = run(3 * second)
    .catch((error: unknown) => error)
    .then((error) => ({ error, after: performance.now() - start }));
  await runtime.dispose?.();
  expect(await refused).toMatchObject({ error: { code: 'disposed' }, after: expect.toSatisfy((ms) => ms < 1500) });
});

/** A worker that starts as the real one does, and then does this when it is asked to run something. */
const workerThat = (does: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', ({ id, ask }) => {
        if (ask === 'start') return parentPort.postMessage({ id, value: { device: 'cpu' } });
        if (ask === 'open') return parentPort.postMessage({ id, value: { session: 1, inputs: [], outputs: [] } });
        ${does}
      });`)}`,
  );

test.each([
  ['exits', 'process.exit(7)', /ended \(exit code 7\)/],
  ['throws', "throw new Error('out of the blue')", /failed: out of the blue/],
])('a worker that %s is an error of every call, and the next model has another', async (_, does, message) => {
  const runtime = await startRuntime({}, workerThat(does));
  const session = await runtime.createSession(new Uint8Array(1), '');
  const lost = {
    code: 'runtime-lost',
    message: expect.stringMatching(message),
    remedy: expect.stringContaining('again'),
  };
  const both = await Promise.allSettled([session.run({}), session.run({})]);
  for (const result of both) expect(result).toMatchObject({ status: 'rejected', reason: lost });
  await expect(session.run({})).rejects.toMatchObject({ code: 'runtime-lost' });
  await session.release();
  await runtime.dispose?.();
  const model = await loadModel(folder, { device: 'cpu' });
  expect((await model.encode({ data: tinyImages(tiny, 2), n: 2 })).n).toBe(2);
  await model.dispose();
});

test('a model comes from a path, a URL or a list of files', async () => {
  const server = createServer((request, response) => {
    const file = join(folder, (request.url ?? '').replace('/model/', ''));
    if (!existsSync(file)) response.writeHead(404).end();
    else response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const files = readdirSync(folder).map((name) => new File([readFileSync(join(folder, name))], name));
  const images = { data: tinyImages(tiny, 2), n: 2 };
  const codes: number[][] = [];
  const url = pathToFileURL(folder);
  for (const source of [folder, url, url.href, `${at}model/`, new URL('model', at), files]) {
    const model = await loadModel(source, { device: 'cpu' });
    codes.push([...(await model.encode(images)).mean]);
    await model.dispose();
  }
  for (const found of codes) expect(found).toEqual(codes[0]);
  // a signal ends the loading alone, though graphs are fetched later
  const loading = new AbortController();
  const model = await loadModel(`${at}model/`, { device: 'cpu', signal: loading.signal });
  loading.abort();
  expect([...(await model.encode(images)).mean]).toEqual(codes[0]);
  await model.dispose();
  await expect(loadModel(`${at}elsewhere/`)).rejects.toMatchObject({ code: 'no-bundle' });
  await expect(loadModel(files.slice(0, 1))).rejects.toMatchObject({ code: expect.stringMatching(/bundle/) });
  await expect(loadModel('file://elsewhere/model')).rejects.toMatchObject({ code: 'no-bundle' });
  for (const source of [undefined, null, 7, {}] as never[])
    await expect(loadModel(source)).rejects.toMatchObject({ code: 'bad-option' });
  server.close();
});

test('a worker that does not start is told', async () => {
  const file = new URL("data:text/javascript,throw new Error('no such file')");
  await expect(startRuntime({}, file)).rejects.toMatchObject({ code: 'runtime-lost' });
});

test('a runtime that was prepared is taken by the call with its options, and let go by another', async () => {
  prepareRuntime({ device: 'cpu', threads: 1 });
  const model = await loadModel(folder, { device: 'cpu', threads: 2 });
  expect(model.device).toBe('cpu');
  await model.dispose();
  prepareRuntime({ device: 'tpu' as 'cpu' });
  await expect(nodeRuntime({ device: 'tpu' as 'cpu' })).rejects.toMatchObject({ code: 'bad-option' });
});

/** Runs a script, and gives its exit code and what it printed. */
function script(text: string) {
  return new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', text], { cwd: import.meta.dirname });
    const out = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (part: string) => {
        out[name] += part;
      });
    child.on('close', (code, signal) => resolve({ code, signal, ...out }));
  });
}

test.each([
  ['exits', 'process.exit(5)', 5],
  ['disposes of it', 'await model.dispose(); process.exitCode = 5', 5],
  ['fails', 'throw new Error("x")', 1],
])('a script that %s while a graph runs ends with its own code', { timeout: 60_000 }, async (_, end, code) => {
  // Node aborts the process where a thread is ended inside a call; three runs are asked for, so that one is always under way
  const ended = await script(`
    import { loadModel } from '@alix/infer';
    const model = await loadModel(${JSON.stringify(folder)}, { device: 'cpu', threads: 1 });
    await model.prepare('encoder');
    const n = 400_000;
    for (let i = 0; i < 3; i++) model.run('encoder', new Uint8Array(n * 24), n).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 60));
    ${end};`);
  expect(ended).toMatchObject({ code, signal: null });
  expect(ended.stderr).not.toContain('terminate');
});

test.each([
  ['forgets to dispose', ''],
  ['exits with the model open', 'process.exit(0);'],
  ['disposes and goes on', 'await model.dispose();'],
])('a script that %s ends by itself', { timeout: 30_000 }, async (_, end) => {
  const ended = await script(`
    import { loadModel } from '@alix/infer';
    const model = await loadModel(${JSON.stringify(folder)}, { device: 'cpu' });
    const { n } = await model.encode({ data: new Uint8Array(2 * 24), n: 2 });
    console.log(n);
    ${end}`);
  expect(ended).toEqual({ code: 0, signal: null, stdout: '2\n', stderr: '' });
});
