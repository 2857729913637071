/** Decoders that hold every kind of layer between them. */
import {
  affineCoupling,
  chain,
  conv,
  dropout,
  flatten,
  fullyConnected,
  maxPool,
  type NetworkSpec,
  plan,
  planarFlow,
  type Row,
  rescale,
  reshape,
  resizeNearest,
  transposedConv,
} from '@alix/train/spec';

/** A decoder of codes of `d` numbers. */
export const net = (d: number, ...rows: Row[]): NetworkSpec => chain('z', [d], 'x', rows);

/** The shape that rows make of a code. */
export const made = (d: number, rows: Row[]) =>
  (plan('G', net(d, ...rows)).outputs.x as readonly number[]).slice() as [number, number, number];

/** Their rows; the code has four numbers. */
export const cases: Readonly<Record<string, Row[]>> = {
  'fully connected': [fullyConnected(7, 'tanh'), fullyConnected(12, 'sigmoid'), reshape(3, 2, 2)],
  relu: [fullyConnected(40, 'bn relu'), fullyConnected(12, 'sigmoid'), reshape(3, 2, 2)],
  'leaky relu of slopes 0.2, 0 and below 0': [
    fullyConnected(40, 'bn lrelu(0.2)'),
    fullyConnected(40, 'lrelu(0)'),
    fullyConnected(40, 'lrelu(-0.3)'),
    fullyConnected(12, 'sigmoid'),
    reshape(3, 2, 2),
  ],
  softplus: [fullyConnected(9, 'softplus'), fullyConnected(12, 'sigmoid'), reshape(3, 2, 2)],
  'batch norm and rescaling where they cannot fold': [
    fullyConnected(12, 'relu bn'),
    rescale(0.7, 0.2),
    reshape(3, 2, 2),
    transposedConv(3, 2, 3, 'lrelu(0.1) bn'),
    conv(1, 1, 1, 'sigmoid'),
  ],
  'maxout of vectors, dropout, flatten': [
    fullyConnected(24, 'maxout(3)'),
    dropout(0.5),
    reshape(2, 2, 2),
    flatten(),
    fullyConnected(12, 'sigmoid'),
    reshape(2, 3, 2),
  ],
  'maxout of images': [reshape(1, 2, 2), transposedConv(3, 2, 6, 'maxout(2)'), conv(3, 1, 2, 'sigmoid')],
  'max pooling, whole windows': [fullyConnected(64), reshape(4, 4, 4), maxPool(2, 2), conv(3, 1, 1, 'sigmoid')],
  'max pooling, windows that overlap and leave pixels out': [
    fullyConnected(84, 'tanh'),
    reshape(6, 7, 2),
    maxPool(3, 2),
    conv(1, 1, 3, 'sigmoid'),
  ],
  'resizing up by whole factors': [fullyConnected(12), reshape(2, 3, 2), resizeNearest(6, 6), conv(3, 1, 1, 'sigmoid')],
  'resizing up, down and of plain vectors': [
    fullyConnected(12),
    reshape(2, 3, 2),
    resizeNearest(5, 7),
    conv(3, 1, 3, 'tanh'),
    resizeNearest(3, 4),
    conv(1, 1, 1, 'sigmoid'),
  ],
  'planar flow': [planarFlow(), planarFlow(), fullyConnected(6, 'sigmoid'), reshape(3, 2, 1)],
  'affine coupling': [
    affineCoupling(5, false),
    affineCoupling(5, true),
    fullyConnected(6, 'sigmoid'),
    reshape(3, 2, 1),
  ],
  'spectral norm and untied biases': [
    fullyConnected(12, 'lrelu(0.2)', { spectral: true }),
    reshape(3, 2, 2),
    conv(3, 1, 3, 'tanh', { bias: 'untied', spectral: true }),
    transposedConv(2, 2, 1, 'sigmoid', { bias: 'untied' }),
  ],
};
