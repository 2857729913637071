/**
 * Parameter counts. Of the papers' tables: numbers counted by hand from the tables and from the authors' code, before any of this
 * was written (code: no bias under batch norm, one output bias per pixel; table: biases everywhere). Of the others: sums over
 * their layers, written out here.
 */
import { describe, expect, it } from 'vitest';
import { countsOf } from './support.js';

const table = { convention: 'table' };

describe("the papers' tables", () => {
  it.each([
    ['ali-cifar10', {}, { E: 3_118_496, G: 981_152, D: 2_611_009 }],
    ['ali-cifar10', table, { E: 3_120_000, G: 978_627, D: 2_612_033 }],
    ['ali-cifar10', { maxout: 'post' }, { D: 10_366_593 }],
    ['ali-cifar10', { maxout: 'post', ...table }, { D: 10_368_641 }],
    ['ali-svhn', {}, { E: 3_315_488, G: 1_767_584, D: 5_283_073 }],
    ['ali-svhn', table, { E: 3_316_992, G: 1_765_059, D: 5_285_057 }],
    ['ali-celeba', {}, { E: 6_794_880, G: 11_811_392, D: 15_189_057 }],
    ['ali-celeba', table, { E: 6_796_096, G: 11_800_323, D: 15_192_385 }],
    ['ali-celeba', { latent: 512, ...table }, { G: 13_897_475, D: 15_454_529 }],
    ['ali-tiny-imagenet', {}, { E: 7_812_352, G: 3_164_224, D: 32_985_793 }],
    ['ali-tiny-imagenet', table, { E: 7_817_344, G: 3_154_947, D: 32_986_625 }],
    ['ali-grid', {}, { E: 164_002, G: 484_802, D: 407_201 }],
    ['ali-grid', { critic: 'x' }, { F: 405_201 - 201, D: 201 }],
    ['aim-mnist', {}, { E: 170_432, G: 6_609_473, F: 132_544, D: 6_491_265 }],
    ['aim-celeba', {}, { E: 13_217_408, G: 12_070_531, F: 11_021_696, D: 16_385 }],
    ['aim-celeba', { convention: 'code' }, { E: 13_218_432 }],
    ['aim-grid', {}, { E: 122_604, G: 486_402, F: 405_000, D: 40_801 }],
    ['gali-svhn', { critic: '1' }, { E: 3_315_488, G: 1_767_584, D: 5_283_137 }],
    ['gali-svhn', { critic: '4' }, { D: 5_286_212 }],
    ['gali-svhn', { critic: '8' }, { D: 6_338_888 }],
    ['gali-svhn', { critic: 'pt' }, { D: 7_646_532 }],
    ['gali-celeba', { critic: '1' }, { E: 6_794_880, G: 11_811_392, D: 15_189_953 }],
    ['gali-celeba', { critic: '4' }, { D: 15_196_100 }],
    ['gali-celeba', { critic: 'mix' }, { D: 15_204_296 }],
    ['gali-celeba', { critic: 'pt' }, { D: 17_556_420 }],
  ])('%s %j', (name, options, expected) => expect(countsOf(name, options)).toMatchObject(expected));
});

/** A fully connected layer, a square convolution, batch norm. */
const dense = (inputs: number, outputs: number, bias = true) => inputs * outputs + (bias ? outputs : 0);
const conv = (kernel: number, inputs: number, outputs: number) => dense(kernel * kernel * inputs, outputs);
const bn = (features: number) => 2 * features;

describe('networks that no table of counts has', () => {
  it.each([
    [
      'bigan-mnist',
      {},
      {
        E: dense(784, 1024, false) + dense(1024, 1024, false) + bn(1024) + dense(1024, 50, false),
        G: dense(50, 1024, false) + bn(1024) + dense(1024 + 50, 1024, false) + bn(1024) + dense(1024, 784, false),
        D: dense(784, 1024, false) + dense(1024 + 50, 1024, false) + bn(1024) + dense(1024, 1, false),
      },
    ],
    [
      'unrolled-grid',
      {},
      { G: dense(256, 128) + dense(128, 128) + dense(128, 2), D: dense(2, 128) + dense(128, 128) + dense(128, 1) },
    ],
    [
      'veegan-grid',
      {},
      {
        E: dense(2, 128) + dense(128, 128) + dense(128, 254),
        G: dense(254, 128) + dense(128, 128) + dense(128, 2),
        D: dense(256, 128) + dense(128, 128) + dense(128, 1),
      },
    ],
    ['aim-grid-pixels', {}, { E: dense(2, 400) + dense(400, 400) + 2 * bn(400) + 2 * dense(400, 2), F: 405_000 }],
    // a planar layer on 2 dimensions: u, w and b
    [
      'as-vae-grid',
      { flow: 'planar', flowLength: 3 },
      { E: dense(2, 400) + dense(400, 400) + 2 * dense(400, 2) + 3 * (2 + 2 + 1), D1: 407_201, D2: 407_201 },
    ],
    [
      'as-vae-mnist',
      {},
      {
        E: conv(4, 1, 64) + conv(4, 64, 128) + dense(6272, 1024) + 2 * dense(1024, 40) + 80 * (40 + 40 + 1),
        G: dense(40, 1024) + dense(1024, 6272) + conv(4, 128, 64) + conv(4, 64, 1),
      },
    ],
    [
      'classifier-mnist',
      {},
      { M: conv(5, 1, 32) + bn(32) + conv(5, 32, 64) + dense(7 * 7 * 64, 1024) + bn(1024), C: dense(1024, 10) },
    ],
    [
      'classifier-svhn',
      {},
      {
        M:
          conv(5, 3, 48) +
          conv(5, 48, 64) +
          conv(5, 64, 128) +
          conv(5, 128, 160) +
          conv(5, 160, 192) +
          3 * conv(5, 192, 192) +
          bn(48 + 64 + 128 + 160 + 4 * 192) +
          dense(7 * 7 * 192, 3072) +
          dense(3072, 3072),
        C: dense(3072, 10),
      },
    ],
    [
      'classifier-cifar10',
      {},
      {
        M: conv(3, 3, 32) + conv(3, 32, 64) + conv(3, 64, 128) + dense(2048, 256) + bn(32 + 64 + 128 + 256),
        C: dense(256, 10),
      },
    ],
    [
      'classifier-celeba',
      {},
      {
        M:
          conv(3, 3, 64) +
          conv(3, 64, 128) +
          conv(3, 128, 256) +
          conv(3, 256, 512) +
          dense(2048, 1024) +
          dense(1024, 256),
        C: dense(256, 40),
      },
    ],
    [
      'classifier-small',
      {},
      { M: conv(3, 1, 16) + bn(16) + conv(3, 16, 32) + bn(32) + dense(7 * 7 * 32, 64) + bn(64), C: dense(64, 10) },
    ],
    // E2 and G2 of the stack: two rows of 96 with batch norm, then mean and log sigma of the other latent
    [
      'small-28-stacked',
      {},
      {
        E2: dense(24, 96) + dense(96, 96) + 2 * bn(96) + 2 * dense(96, 8),
        G2: dense(8, 96) + dense(96, 96) + 2 * bn(96) + 2 * dense(96, 24),
      },
    ],
  ])('%s %j', (name, options, expected) => expect(countsOf(name, options)).toMatchObject(expected));

  it('the small classifier has less than 1 MB of weights', () => {
    const { M = 0, C = 0 } = countsOf('classifier-small');
    expect(4 * (M + C)).toBeLessThan(1e6);
  });
});
