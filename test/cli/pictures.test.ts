import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { pictureFile, pictureOutput, scaleFor } from '../../cli/dist/pictures/files.js';

test('a path that ends in .png is a grid, one without a picture extension a folder', () => {
  expect(pictureOutput('a/grid.PNG')).toBe('grid');
  expect(pictureOutput('out')).toBe('folder');
  expect(pictureOutput('out.v2')).toBe('folder');
  expect(() => pictureOutput('grid.jpg')).toThrow(/folder or a file that ends in \.png, not \.jpg/);
});

test('files keep the structure of the names and never leave the folder', () => {
  expect(pictureFile('a/1.png')).toBe(`a${sep}1.png`);
  expect(pictureFile('a/1.jpg')).toBe(`a${sep}1.jpg.png`);
  expect(pictureFile('00017')).toBe('00017.png');
  expect(() => pictureFile('../1.png')).toThrow(/leads out/);
  expect(() => pictureFile('a/../../1.png')).toThrow(/leads out/);
  expect(() => pictureFile('/etc/1.png')).toThrow(/leads out/);
});

test('small images are enlarged, and a grid that nobody can look at is refused', () => {
  expect(scaleFor(64, { height: 28, width: 28, channels: 1 })).toBe(4);
  expect(scaleFor(64, { height: 64, width: 64, channels: 3 })).toBe(2);
  expect(scaleFor(64, { height: 128, width: 128, channels: 3 })).toBe(1);
  expect(() => scaleFor(100_000, { height: 28, width: 28, channels: 1 })).toThrow(/too large to look at/);
});
