/** The objectives by name. A new one is its file, its line here and its test. */
import { ali } from './ali.js';
import { alice } from './alice.js';
import { asVae } from './as-vae.js';
import { asVaeG } from './as-vae-g.js';
import { asVaeR } from './as-vae-r.js';
import { bigan } from './bigan.js';
import { classifier } from './classifier.js';
import { dali } from './dali.js';
import { daliF } from './dali-f.js';
import { daliL2 } from './dali-l2.js';
import { gali4 } from './gali-4.js';
import { gali8 } from './gali-8.js';
import { galiMix } from './gali-mix.js';
import { galiPt } from './gali-pt.js';
import { gan } from './gan.js';
import { latentRegressor } from './latent-regressor.js';
import type { Objective } from './objective.js';
import { snGan } from './sn-gan.js';
import { unrolledGan } from './unrolled-gan.js';
import { vae } from './vae.js';
import { vaeGan } from './vae-gan.js';
import { veegan } from './veegan.js';
import { wgan } from './wgan.js';

/** All objectives, by name. */
export const objectives: Readonly<Record<string, Objective>> = {
  ali,
  alice,
  bigan,
  'latent-regressor': latentRegressor,
  dali,
  gan,
  'gali-4': gali4,
  'gali-8': gali8,
  'gali-pt': galiPt,
  'gali-mix': galiMix,
  classifier,
  vae,
  'as-vae': asVae,
  'as-vae-r': asVaeR,
  'as-vae-g': asVaeG,
  'dali-f': daliF,
  'dali-l2': daliL2,
  'sn-gan': snGan,
  'unrolled-gan': unrolledGan,
  'vae-gan': vaeGan,
  veegan,
  wgan,
};
