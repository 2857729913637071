import { expect, test } from 'vitest';
import { createContext } from '../../cli/dist/context.js';
import { createProgress, rate } from '../../cli/dist/progress.js';

test('rates have the digits that mean something', () => {
  expect(rate(1234, 1000)).toBe('1234');
  expect(rate(5, 2000)).toBe('2.5');
  expect(rate(1, 30_000)).toBe('0.033');
  expect(rate(0, 0)).toBe('0.0');
});

test('no bar is drawn where nobody looks', async () => {
  const progress = await createProgress({ interactive: false }, 'x', 'images', 3);
  const { update } = progress;
  update(1);
  progress.stop();
});

test('interactive means a terminal, and neither --quiet nor --json; --quiet silences words, never results', () => {
  const written: string[] = [];
  const terminal = {
    stdout: { write: (text: string) => written.push(`out ${text}`) },
    stderr: { write: (text: string) => written.push(`err ${text}`), isTTY: true },
  };
  const signal = new AbortController().signal;
  const make = (options: object) => createContext(options, terminal, signal, () => {});
  expect([make({}), make({ json: true }), make({ quiet: true })].map((c) => c.interactive)).toEqual([
    true,
    false,
    false,
  ]);
  make({}).log('a');
  make({ quiet: true }).log('b');
  make({ quiet: true }).out('c\n');
  expect(written).toEqual(['err a\n', 'out c\n']);
});
