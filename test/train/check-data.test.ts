import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '@alix/infer/io/png';
import { checkShape } from '@alix/train/check-data';
import { imageDataset } from '@alix/train/datasets/dataset';
import { openDataset } from '@alix/train/datasets/index';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'alix-check-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('data that do not fit the architecture', () => {
  const wanted = { kind: 'image', shape: [28, 28, 1] };
  const none = { labels: undefined, classes: undefined };

  it('are refused with the settings that make them fit, where there are some', async () => {
    writeFileSync(join(root, '1.png'), encodePng(new Uint8Array(48), { height: 4, width: 4, channels: 3 }));
    const open = (options: object) =>
      openDataset(root, { split: 'train', seed: 1, options: { heldOut: 0, ...options } });
    const plain = await open({});
    expect(() => checkShape(plain, wanted, 'net')).toThrow(
      /expected image of 28x28x1, found image of 4x4x3\); fit the images with --set data.options.size=28 --set data.options.channels=1, or let --size choose networks for them$/,
    );
    const sized = await open({ size: 28 });
    expect(() => checkShape(sized, wanted, 'net')).toThrow(
      /fit the images with --set data.options.channels=1, or let --size/,
    );
    expect(() => checkShape(sized, { kind: 'points', shape: [2] }, 'net')).toThrow(/found image of 28x28x3\)$/);
    const fitting = await open({ size: 28, channels: 1 });
    expect(() => checkShape(fitting, wanted, 'net')).not.toThrow();
  });

  it('are refused without them where the data have no such options', () => {
    const data = imageDataset({ name: 'x', shape: [4, 4, 1], pixels: new Uint8Array(16), ...none });
    expect(() => checkShape(data, wanted, 'net')).toThrow(/found image of 4x4x1\)$/);
  });
});
