/** The table of metrics: their order is that of help and of reports. */
import type { Measure } from '../measure.js';
import { codes } from './codes.js';
import { fd } from './fd.js';
import { kid } from './kid.js';
import { mse } from './mse.js';
import { pca } from './pca.js';
import { prdc } from './prdc.js';
import { psnr } from './psnr.js';
import { ssim } from './ssim.js';

export const measures: readonly Measure[] = [mse, psnr, ssim, fd, kid, prdc, codes, pca];
