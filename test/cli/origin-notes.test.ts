import { originNotes } from 'alix/dist/evaluation/origin-notes.js';
import { describe, expect, it } from 'vitest';

describe('originNotes', () => {
  it('says nothing where nothing was lost, or nothing is known', () => {
    expect(originNotes(undefined)).toEqual([]);
    expect(originNotes({ formats: { png: 100 }, resized: 0 })).toEqual([]);
    expect(originNotes({ formats: { png: 100, jpeg: 0 }, resized: 0 })).toEqual([]);
    expect(originNotes({ formats: { 'webp-lossless': 3 }, resized: 0 })).toEqual([]);
  });

  it('counts the lossy ones, and says that formats are mixed', () => {
    expect(originNotes({ formats: { jpeg: 3, png: 97 }, resized: 0 })).toEqual([
      '3 of 100 images are JPEG: lossy compression moves distances of features',
      'formats are mixed, 97 PNG, 3 JPEG: features may tell formats apart',
    ]);
    expect(originNotes({ formats: { gif: 1, png: 1 }, resized: 0 })[0]).toBe(
      '1 of 2 images is GIF: it has 256 colours at most, which moves distances of features',
    );
  });

  it('speaks of all, and of one', () => {
    expect(originNotes({ formats: { jpeg: 7 }, resized: 0 })).toEqual([
      'all 7 images are JPEG: lossy compression moves distances of features',
    ]);
    expect(originNotes({ formats: { webp: 1 }, resized: 0 })).toEqual([
      'the image is WebP: it may be lossy, and lossy compression moves distances of features',
    ]);
  });

  it('says which were resized, or that nobody counted', () => {
    expect(originNotes({ formats: { png: 100 }, resized: 12 })).toEqual([
      '12 of 100 images were cropped or scaled to one size, which moves distances of features',
    ]);
    expect(originNotes({ formats: { png: 100 } })).toEqual([
      'images of other sizes were cropped or scaled to one; how many they are was not counted',
    ]);
  });

  it('mixes lossless formats, and such as nobody knows', () => {
    expect(originNotes({ formats: { png: 2, tiff: 2, unknown: 1 }, resized: 0 })).toEqual([
      'formats are mixed, 2 PNG, 2 TIFF, 1 of an unknown format: features may tell formats apart',
    ]);
  });
});
