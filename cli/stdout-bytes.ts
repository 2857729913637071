/** Bytes to stdout, for `-o -`. */
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';

/** @throws AlixError what the system says of a full disk, say; the system's own error 'EPIPE' for a reader that went away, which the program judges */
export function bytesToStdout(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error) reject(error.code === 'EPIPE' ? error : describeSystemError(error, 'stdout'));
      else resolve();
    });
  });
}

/** Told before anything is computed. @throws AlixError 'usage' where stdout is a terminal, or has --json's object */
export function refuseStdout(output: string | undefined, { json }: { readonly json: boolean }): void {
  if (output !== '-') return;
  if (json) throw new AlixError('usage', '--json and -o - both want stdout', { remedy: 'leave one of them out' });
  if (process.stdout.isTTY)
    throw new AlixError('usage', 'a picture is no text for a terminal', {
      remedy: 'send it into a file or a program: `-o - > picture.png`, or name a file with -o',
    });
}
