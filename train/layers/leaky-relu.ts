import { activation } from './activation.js';

/** x where positive, slope * x elsewhere. Maas et al. 2013. */
export const leakyRelu = activation<{ readonly slope: number }>((x, { slope }, { ops }) => ops.leakyRelu(x, slope));
