import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeWithTensorflow } from '../../tensorflow.js';

const side = fileURLToPath(new URL('../../dist/train/tensorflow/signals-side.js', import.meta.url));

describeWithTensorflow('signals while TensorFlow computes', () => {
  // without prelude.ts this ends with SIGABRT within the first hundreds of signals
  it('are handled, and leave the memory as it is', { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, [side], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
    const lines: string[] = [];
    let sending: NodeJS.Timeout | undefined;
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      sending ??= setInterval(() => Array.from({ length: 5 }, () => child.kill('SIGUSR2')), 1);
    }
    clearInterval(sending);
    expect(await ended).toBe(0);
    const { taken, sum } = JSON.parse(lines.at(-1) ?? '') as { taken: number; sum: number };
    expect(taken).toBeGreaterThan(100);
    expect(sum).toBe(100 * 128 * 128);
  });
});
