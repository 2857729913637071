/**
 * The Python wheels whose C library the addon is built against: one row per file, pinned by sha256, so that exactly one
 * file on any index is the right one. Sizes are in bytes; `unpacked` counts only the members that are kept.
 */

/** A file of a wheel is kept under the name that `keep` gives it, relative to `root`; undefined leaves it out. */
export interface Wheel {
  readonly package: string;
  readonly version: string;
  /** pip's --python-version, --abi and --platform. */
  readonly tags: { readonly python: string; readonly abi: string; readonly platform: string };
  readonly sha256: string;
  readonly size: number;
  readonly unpacked: number;
  /** The folder in the tree that this wheel fills alone. */
  readonly root: string;
  readonly keep: (member: string) => string | undefined;
}

/** What one kind of machine needs. */
export interface Build {
  /** E.g. "2.21.0-cpu-linux-x64"; also the tree's folder name in the cache. */
  readonly name: string;
  readonly device: 'cpu' | 'cuda';
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** False where nobody has run it yet; said by setup and doctor. */
  readonly tried: boolean;
  readonly wheels: readonly Wheel[];
  /** What the addon is linked with, relative to the tree. */
  readonly libraries: readonly string[];
  /** Where the C headers are, relative to the tree. */
  readonly include: string;
}

/** The oldest glibc that the Linux wheels run on (their tag manylinux_2_27). */
export const OLDEST_GLIBC = '2.27';

const VERSION = '2.21.0';

/** The few headers that tensorflow/c/c_api.h and tensorflow/c/eager/c_api.h reach. */
const HEADERS =
  /^include\/(tensorflow\/c\/.*|(tensorflow\/core|tsl)\/platform\/ctstring(_internal)?|xla\/tsl\/c\/.*)\.h$/;
const NOTICES = /^(THIRD_PARTY_NOTICES\.txt|include\/LICENSE)$/;
const LIBRARIES = /^libtensorflow_(cc|framework)(\.so\.2|\.2\.dylib)$/;

function tensorflow(name: string, platform: string, sha256: string, size: number, unpacked: number): Wheel {
  return {
    package: name,
    version: VERSION,
    // The C library is the same in the wheels of every Python version; one of them is pinned.
    tags: { python: '3.11', abi: 'cp311', platform },
    sha256,
    size,
    unpacked,
    root: 'tensorflow',
    keep(member) {
      const path = member.startsWith('tensorflow/') ? member.slice('tensorflow/'.length) : '';
      return [LIBRARIES, HEADERS, NOTICES].some((pattern) => pattern.test(path)) ? path : undefined;
    },
  };
}

/**
 * A CUDA library. TensorFlow opens it by its soname and finds it through the run path built into libtensorflow_framework
 * and libtensorflow_cc ($ORIGIN/../nvidia/<part>/lib), so the tree keeps the folders of a Python installation.
 */
function nvidia(
  part: string,
  version: string,
  platform: string,
  sha256: string,
  size: number,
  unpacked: number,
): Wheel {
  const root = `nvidia/${part}`;
  return {
    package: `nvidia-${part.replaceAll('_', '-')}-cu12`,
    version,
    tags: { python: '3.11', abi: 'none', platform },
    sha256,
    size,
    unpacked,
    root,
    keep(member) {
      if (/\.dist-info\/(licenses\/)?License\.txt$/.test(member)) return 'License.txt';
      const path = member.startsWith(`${root}/`) ? member.slice(root.length + 1) : '';
      return /^(lib|bin|nvvm)\/.*[^/]$/.test(path) && !/\.alt\.so|__init__\.py$/.test(path) ? path : undefined;
    },
  };
}

/**
 * TensorFlow 2.21's extra `and-cuda`, inside its version ranges: CUDA 12.8 update 1 knows Pascal to Blackwell, and cuDNN 9.10
 * is the last that still knows Pascal and Volta.
 */
// biome-ignore format: a table
const CUDA: readonly Wheel[] = [
  nvidia('cublas', '12.8.4.1', 'manylinux_2_27_x86_64', '8ac4e771d5a348c551b2a426eda6193c19aa630236b418086020df5ba9667142', 594346921, 868973454),
  nvidia('cuda_cupti', '12.8.90', 'manylinux2014_x86_64', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182', 10248621, 41371238),
  nvidia('cuda_nvcc', '12.8.93', 'manylinux2010_x86_64', '2d6dc36fb7cb5ac9c0b8825bc13d193c35487a315664007287d0126531238011', 40128098, 96726850),
  nvidia('cuda_nvrtc', '12.8.93', 'manylinux2010_x86_64', 'a7756528852ef889772a84c6cd89d41dfa74667e24cca16bb31f8f061e3e9994', 88040029, 110885014),
  nvidia('cuda_runtime', '12.8.90', 'manylinux2014_x86_64', 'adade8dcbd0edf427b7204d480d6066d33902cab2a4707dcfc48a2d0fd44ab90', 954765, 788062),
  nvidia('cudnn', '9.10.2.21', 'manylinux_2_27_x86_64', '949452be657fa16687d0930933f032835951ef0892b37d2d53824d1a84dc97a8', 706758467, 1053251134),
  nvidia('cufft', '11.3.3.83', 'manylinux2014_x86_64', '4d2dd21ec0b88cf61b62e6b43564355e5222e4a3fb394cac0db101f2dd0d4f74', 193118695, 281085750),
  nvidia('curand', '10.3.9.90', 'manylinux_2_27_x86_64', 'b32331d4f4df5d6eefa0554c565b626c7216f87a06a4f56fab27c3b68a830ec9', 63619976, 136808502),
  nvidia('cusolver', '11.7.3.90', 'manylinux_2_27_x86_64', '4376c11ad263152bd50ea295c05370360776f8c3427b30991df774f9fb26c450', 267506905, 404856710),
  nvidia('cusparse', '12.5.8.93', 'manylinux2014_x86_64', '1ec05d76bbbd8b61b06a80e1eaf8cf4959c3d4ce8e711b65ebd0443bb0ebb13b', 288216466, 388049486),
  nvidia('nccl', '2.27.7', 'manylinux2014_x86_64', 'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa', 322546339, 430128087),
  nvidia('nvjitlink', '12.8.93', 'manylinux2010_x86_64', '81ff63371a7ebd6e6451970684f916be2eab07321b73c9d244dc2b4da7f73b88', 39254836, 94160654),
];

const LINUX = {
  platform: 'linux',
  libraries: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  include: 'tensorflow/include',
} as const;

const MACOS = {
  platform: 'darwin',
  libraries: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
  include: 'tensorflow/include',
} as const;

// biome-ignore format: a table
export const BUILDS: readonly Build[] = [
  {
    name: `${VERSION}-cpu-linux-x64`, device: 'cpu', arch: 'x64', tried: true, ...LINUX,
    wheels: [tensorflow('tensorflow-cpu', 'manylinux_2_27_x86_64', '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c', 273829956, 854019000)],
  },
  {
    name: `${VERSION}-cuda-linux-x64`, device: 'cuda', arch: 'x64', tried: false, ...LINUX,
    wheels: [tensorflow('tensorflow', 'manylinux_2_27_x86_64', '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124', 572440367, 1259730000), ...CUDA],
  },
  {
    name: `${VERSION}-cpu-linux-arm64`, device: 'cpu', arch: 'arm64', tried: false, ...LINUX,
    wheels: [tensorflow('tensorflow', 'manylinux_2_27_aarch64', '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c', 281828020, 883770000)],
  },
  {
    name: `${VERSION}-cpu-darwin-arm64`, device: 'cpu', arch: 'arm64', tried: false, ...MACOS,
    wheels: [tensorflow('tensorflow', 'macosx_12_0_arm64', '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88', 223405849, 741520000)],
  },
];
