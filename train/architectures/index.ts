/** The architectures by name. A new one is its file, its line here and its test. */
import { aimCeleba } from './aim-celeba.js';
import { aimGrid } from './aim-grid.js';
import { aimGridPixels } from './aim-grid-pixels.js';
import { aimMnist } from './aim-mnist.js';
import { aimSquare } from './aim-square.js';
import { aliCeleba } from './ali-celeba.js';
import { aliCifar10 } from './ali-cifar10.js';
import { aliGrid } from './ali-grid.js';
import { aliSvhn } from './ali-svhn.js';
import { aliTinyImagenet } from './ali-tiny-imagenet.js';
import type { Architecture } from './architecture.js';
import { asVaeGrid } from './as-vae-grid.js';
import { asVaeMnist } from './as-vae-mnist.js';
import { biganMnist } from './bigan-mnist.js';
import { classifierCeleba } from './classifier-celeba.js';
import { classifierCifar10 } from './classifier-cifar10.js';
import { classifierMnist } from './classifier-mnist.js';
import { classifierSmall } from './classifier-small.js';
import { classifierSvhn } from './classifier-svhn.js';
import { galiCeleba } from './gali-celeba.js';
import { galiSvhn } from './gali-svhn.js';
import { small28 } from './small-28.js';
import { small28AsVae } from './small-28-as-vae.js';
import { small28Gali } from './small-28-gali.js';
import { small28Joint } from './small-28-joint.js';
import { small28Pixels } from './small-28-pixels.js';
import { small28Stacked } from './small-28-stacked.js';
import { unrolledGrid } from './unrolled-grid.js';
import { veeganGrid } from './veegan-grid.js';

const all: readonly Architecture[] = [
  ...[aliCifar10, aliSvhn, aliCeleba, aliTinyImagenet, aliGrid],
  ...[aimMnist, aimCeleba, aimGrid, aimGridPixels, aimSquare],
  ...[galiSvhn, galiCeleba],
  ...[biganMnist, asVaeMnist, asVaeGrid, unrolledGrid, veeganGrid],
  ...[small28, small28Joint, small28Pixels, small28Stacked, small28Gali, small28AsVae],
  ...[classifierMnist, classifierSvhn, classifierCifar10, classifierCeleba, classifierSmall],
];

export const architectures: Readonly<Record<string, Architecture>> = Object.fromEntries(
  all.map((architecture) => [architecture.name, architecture]),
);
