/** Where published data sets come from: addresses, sizes, checksums and licences. A row per data set; nothing else knows them. */

/** One file as its authors publish it. */
export interface PublishedFile {
  readonly name: string;
  /** The authors' own first; others hold the same bytes, as the checksum shows. None where the authors give no direct one. */
  readonly addresses: readonly string[];
  readonly bytes?: number;
  readonly sha256?: string;
  /** Where the authors or the common readers of the set give no other checksum. */
  readonly md5?: string;
  /** What it is unpacked as once it is whole: members below this folder of the archive land in the folder of the set itself. */
  readonly unpack?: { readonly format: 'zip' | 'tar.gz'; readonly below: string };
}

export interface PublishedSet {
  readonly name: string;
  readonly title: string;
  /** The page of its authors. */
  readonly page: string;
  /** What they say of its use, in a sentence or two; shown before anything is fetched. */
  readonly licence: string;
  /** Under ALIX_DATA, where the reader of the set looks. */
  readonly folder: string;
  readonly files: readonly PublishedFile[];
  /** How to place the files by hand, where they cannot be fetched. */
  readonly byHand?: string;
}

const MNIST = ['https://yann.lecun.com/exdb/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/'];
const mnistFile = (name: string, bytes: number, sha256: string): PublishedFile => ({
  name,
  addresses: MNIST.map((folder) => folder + name),
  bytes,
  sha256,
});
const svhnFile = (name: string, bytes: number, sha256: string): PublishedFile => ({
  name,
  addresses: [`http://ufldl.stanford.edu/housenumbers/${name}`],
  bytes,
  sha256,
});

const sets: readonly PublishedSet[] = [
  {
    name: 'mnist',
    title: 'MNIST, LeCun, Cortes and Burges 1998',
    page: 'http://yann.lecun.com/exdb/mnist/',
    licence: 'the authors name no licence on its page; copies often say CC BY-SA 3.0. Cite LeCun et al. 1998',
    folder: 'mnist',
    files: [
      mnistFile(
        'train-images-idx3-ubyte.gz',
        9_912_422,
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      ),
      mnistFile(
        'train-labels-idx1-ubyte.gz',
        28_881,
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      ),
      mnistFile(
        't10k-images-idx3-ubyte.gz',
        1_648_877,
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      ),
      mnistFile('t10k-labels-idx1-ubyte.gz', 4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
    ],
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10, Krizhevsky 2009, the binary version',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'no licence is named; its page asks to cite Krizhevsky, "Learning Multiple Layers of Features", 2009',
    folder: 'cifar-10-batches-bin',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        addresses: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        unpack: { format: 'tar.gz', below: 'cifar-10-batches-bin/' },
      },
    ],
  },
  {
    name: 'svhn',
    title: 'SVHN, Netzer et al. 2011, the cropped digits',
    page: 'http://ufldl.stanford.edu/housenumbers/',
    licence: 'for non-commercial use only, says its page. Cite Netzer et al. 2011',
    folder: 'svhn',
    files: [
      svhnFile('train_32x32.mat', 182_040_794, '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8'),
      svhnFile('test_32x32.mat', 64_275_384, 'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b'),
      svhnFile('extra_32x32.mat', 1_329_278_602, 'a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3'),
    ],
  },
  {
    name: 'celeba',
    title: 'CelebA, Liu et al. 2015, aligned and cropped',
    page: 'https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html',
    licence: 'for non-commercial research only, by an agreement that its page asks you to accept',
    folder: 'celeba',
    files: [
      {
        name: 'img_align_celeba.zip',
        addresses: [],
        md5: '00d2c5bc6d35e252742224ab0c1e8fcb',
        unpack: { format: 'zip', below: '' },
      },
      { name: 'list_eval_partition.txt', addresses: [], md5: 'd32c9cbf5e040fd4025c592c306e6668' },
      { name: 'list_attr_celeba.txt', addresses: [], md5: '75e246fa4810816ffd6ee81facbd244c' },
    ],
    byHand:
      'its authors give no direct address: accept the agreement on its page, take img_align_celeba.zip, list_eval_partition.txt and list_attr_celeba.txt there, put them into the folder and run this again, which checks and unpacks them',
  },
  {
    name: 'tiny-imagenet',
    title: 'Tiny ImageNet, Stanford CS231n',
    page: 'http://cs231n.stanford.edu/',
    licence:
      'its images are those of ImageNet: for non-commercial research and education, by the terms of image-net.org',
    folder: 'tiny-imagenet-200',
    files: [
      {
        name: 'tiny-imagenet-200.zip',
        addresses: ['http://cs231n.stanford.edu/tiny-imagenet-200.zip'],
        bytes: 248_100_043,
        sha256: '6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821',
        unpack: { format: 'zip', below: 'tiny-imagenet-200/' },
      },
    ],
  },
];

/** Every published data set by its name. */
export const publishedSets: Readonly<Record<string, PublishedSet>> = Object.fromEntries(
  sets.map((set) => [set.name, set]),
);
