import { createHash } from 'node:crypto';
import { createRandom } from '@alix/infer/io/random';
import { plainSha256, sha256 } from '@alix/infer/io/sha256';
import { expect, test } from 'vitest';

// around every length of padding, and of more than one turn of the page
const lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, (1 << 20) + 7];

test.each(lengths)('%d bytes: the sums of WebCrypto and of plain arithmetic are those of OpenSSL', async (length) => {
  const bytes = Uint8Array.from(createRandom(length).uniform(length), (value) => value * 256);
  const wanted = createHash('sha256').update(bytes).digest('hex');
  expect(Buffer.from(await plainSha256(bytes)).toString('hex')).toBe(wanted);
  expect(await sha256(bytes)).toBe(wanted);
});
