/** The table of metrics: their order is that of help and of reports. */
import type { Measure } from '../measure.js';
import { baseline } from './baseline.js';
import { classes } from './classes.js';
import { codes } from './codes.js';
import { fd } from './fd.js';
import { fdinf } from './fdinf.js';
import { featureMse } from './feature-mse.js';
import { inpainting } from './inpainting.js';
import { is } from './is.js';
import { kid } from './kid.js';
import { lpips } from './lpips.js';
import { mse } from './mse.js';
import { neighbours } from './neighbours.js';
import { nll } from './nll.js';
import { pca } from './pca.js';
import { prdc } from './prdc.js';
import { probe } from './probe.js';
import { psnr } from './psnr.js';
import { ssim } from './ssim.js';
import { svm } from './svm.js';

/** All metrics of an evaluation, in the order of the report. */
export const measures: readonly Measure[] = [
  mse,
  baseline,
  psnr,
  ssim,
  featureMse,
  lpips,
  inpainting,
  is,
  fd,
  fdinf,
  kid,
  prdc,
  classes,
  codes,
  pca,
  probe,
  neighbours,
  svm,
  nll,
];
