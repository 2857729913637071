/** The protocol between a thread and the worker that runs its graphs, over a MessageChannel with a runtime that is made up. */
import { MessageChannel } from 'node:worker_threads';
import { AlixError } from '@alix/infer/io/errors';
import { connect } from '@alix/infer/worker/connect';
import { type Answer, type Channel, packed, type Request } from '@alix/infer/worker/messages';
import { type Served, serve } from '@alix/infer/worker/serve';
import { afterEach, expect, test } from 'vitest';

const port = { name: 'x', type: 'float32', shape: ['N'] };
let channel = new MessageChannel();
afterEach(() => {
  channel.port1.close();
  channel = new MessageChannel();
});

/** Graphs whose bytes are a word: 'double' doubles, 'slow' waits first, other words fail. */
function madeUp(log: string[]): Served {
  return {
    async start(options) {
      if (options === 'none') throw new AlixError('no-device', 'no such device', { found: 'none', remedy: 'buy one' });
      return { device: `${options}` };
    },
    async open(bytes, what) {
      const word = new TextDecoder().decode(bytes);
      if (word === 'bad') throw new AlixError('bad-graph', 'not a graph', { where: what, cause: new Error('x') });
      return {
        inputs: [port],
        outputs: [port],
        async run({ x }) {
          log.push(`${word} begins`);
          if (word === 'slow') await new Promise((resolve) => setTimeout(resolve, 20));
          log.push(`${word} ends`);
          if (word === 'broken') throw new Error('a node failed');
          return { x: { ...x!, data: (x!.data as Float32Array).map((value) => 2 * value) } };
        },
        async release() {
          log.push(`${word} released`);
        },
      };
    },
  };
}

function joined(log: string[] = []) {
  const held: boolean[] = [];
  let terminated = 0;
  const over: Channel<Answer, Request> = {
    post: (message, transfer) => channel.port2.postMessage(message, transfer),
    listen: (take) => channel.port2.on('message', take),
  };
  serve(over, madeUp(log));
  const connection = connect(
    {
      post: (message, transfer) => channel.port1.postMessage(message, transfer),
      listen: (take) => channel.port1.on('message', take),
      hold: (open) => held.push(open),
    },
    async () => {
      terminated++;
    },
  );
  return { connection, held, terminations: () => terminated };
}

const feeds = (...data: number[]) =>
  ({ x: { type: 'float32', dims: [data.length], data: Float32Array.from(data) } }) as const;
const graph = (word: string) => Uint8Array.from(Buffer.from(word));

test('a graph is opened, run and released over there', async () => {
  const log: string[] = [];
  const { connection } = joined(log);
  const runtime = connection.runtime(await connection.start('here'));
  expect(runtime.name).toBe('here');
  const session = await runtime.createSession(graph('double'), 'd.onnx');
  expect([session.inputs, session.outputs]).toEqual([[port], [port]]);
  expect(await session.run(feeds(1, 2))).toEqual(feeds(2, 4));
  await session.release();
  expect(log.at(-1)).toBe('double released');
  await expect(session.run(feeds(1))).rejects.toThrow('this graph was closed');
});

test('runs follow each other in the order in which they were asked for', async () => {
  const log: string[] = [];
  const { connection } = joined(log);
  const runtime = connection.runtime(await connection.start('here'));
  const [slow, quick] = await Promise.all([
    runtime.createSession(graph('slow'), ''),
    runtime.createSession(graph('double'), ''),
  ]);
  const results = await Promise.all([slow.run(feeds(1)), quick.run(feeds(5)), slow.run(feeds(2))]);
  expect(results.map(({ x }) => x?.data[0])).toEqual([2, 10, 4]);
  expect(log).toEqual(['slow begins', 'slow ends', 'double begins', 'double ends', 'slow begins', 'slow ends']);
});

test('an AlixError comes with code, place and remedy; another error with its message, and what follows still runs', async () => {
  const { connection } = joined();
  await expect(connection.start('none')).rejects.toMatchObject({ code: 'no-device', found: 'none', remedy: 'buy one' });
  const runtime = connection.runtime(await connection.start('here'));
  const refused = runtime.createSession(graph('bad'), 'bad.onnx');
  await expect(refused).rejects.toBeInstanceOf(AlixError);
  await expect(refused).rejects.toMatchObject({ code: 'bad-graph', message: 'bad.onnx: not a graph' });
  const broken = await runtime.createSession(graph('broken'), '');
  const error = await broken.run(feeds(1)).catch((reason: unknown) => reason);
  expect([error instanceof AlixError, (error as Error).message]).toEqual([false, 'a node failed']);
  const session = await runtime.createSession(graph('double'), '');
  expect((await session.run(feeds(3))).x?.data[0]).toBe(6);
});

test('the channel is held while something is asked for, and only then', async () => {
  const { connection, held } = joined();
  const runtime = connection.runtime(await connection.start('here'));
  expect(held).toEqual([true, false]);
  const session = await runtime.createSession(graph('slow'), '');
  const both = Promise.all([session.run(feeds(1)), session.run(feeds(2))]);
  expect(held).toEqual([true, false, true, false, true]);
  await both;
  expect(held).toEqual([true, false, true, false, true, false]);
});

test('a worker that dies rejects what is open and all that comes later; release has nothing to do', async () => {
  const { connection, held } = joined();
  const runtime = connection.runtime(await connection.start('here'));
  const session = await runtime.createSession(graph('slow'), '');
  const open = [session.run(feeds(1)), session.run(feeds(2))];
  const settled = Promise.allSettled(open);
  connection.fail(new AlixError('runtime-lost', 'it died', { remedy: 'load the model again' }));
  connection.fail(new AlixError('runtime-lost', 'it died twice'));
  for (const result of await settled) expect(result).toMatchObject({ status: 'rejected', reason: { what: 'it died' } });
  await expect(session.run(feeds(1))).rejects.toMatchObject({ code: 'runtime-lost', what: 'it died' });
  await expect(runtime.createSession(graph('double'), '')).rejects.toMatchObject({ code: 'runtime-lost' });
  await session.release();
  expect(held.at(-1)).toBe(false);
  // the answers that were under way find nobody
  await new Promise((resolve) => setTimeout(resolve, 60));
});

test('dispose ends the worker once, and what is open with it', async () => {
  const { connection, terminations } = joined();
  const runtime = connection.runtime(await connection.start('here'));
  const session = await runtime.createSession(graph('slow'), '');
  const refused = expect(session.run(feeds(1))).rejects.toMatchObject({ code: 'disposed' });
  await Promise.all([runtime.dispose?.(), runtime.dispose?.()]);
  await runtime.dispose?.();
  await refused;
  await session.release();
  expect(terminations()).toBe(1);
});

test('what cannot be sent is an error of that call alone', async () => {
  const { connection, held } = joined();
  const runtime = connection.runtime(await connection.start('here'));
  const session = await runtime.createSession(graph('double'), '');
  const unsendable = { x: { ...feeds(1).x, extra: () => {} } };
  await expect(session.run(unsendable)).rejects.toThrow(/could not be cloned/);
  expect(held.at(-1)).toBe(false);
  expect((await session.run(feeds(4))).x?.data[0]).toBe(8);
});

test("the caller's arrays stay his: views, Node's pooled Buffers and shared memory are copied", async () => {
  const whole = Float32Array.from([9, 1, 2, 9]);
  const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7);
  const pooled = Buffer.from('abc');
  const tensors = {
    view: { type: 'float32', dims: [2], data: whole.subarray(1, 3) },
    shared: { type: 'uint8', dims: [4], data: shared },
    pooled: { type: 'uint8', dims: [3], data: pooled },
  } as const;
  const { tensors: copies, transfer } = packed(tensors);
  channel.port1.postMessage(copies, [...transfer]);
  expect(transfer.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
  expect([...whole]).toEqual([9, 1, 2, 9]);
  expect([pooled.toString(), pooled.buffer.byteLength > 3, shared[0]]).toEqual(['abc', true, 7]);
});

test("a graph's bytes are handed over where they have their memory to themselves, else copied", async () => {
  const { connection } = joined();
  const runtime = connection.runtime(await connection.start('here'));
  const own = graph('double');
  const pooled = Buffer.from('double');
  await runtime.createSession(own, '');
  await runtime.createSession(pooled, '');
  expect([own.length, pooled.toString()]).toEqual([0, 'double']);
});
