/** The entry of `alix`: joins the program to the process, its signals and its exit code. */
import { Console } from 'node:console';
import { EXIT } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';
import { commandsFor } from './commands/index.js';
import { isClosedPipe, report, runProgram } from './program.js';
import { isAsked } from './settings/environment.js';

const args = process.argv.slice(2);
const stop = new AbortController();

/** The first signal asks the verb to finish cleanly, the second ends the process. */
function interrupt(): void {
  if (stop.signal.aborted) {
    // a progress bar hides the cursor
    if (process.stderr.isTTY) process.stderr.write('\x1b[?25h\n');
    // by the signal itself: an exit would wait for the graph that runs
    if (process.platform !== 'win32') process.removeAllListeners('SIGINT').kill(process.pid, 'SIGINT');
    process.exit(EXIT.interrupted);
  }
  if (process.stderr.isTTY && !isAsked('quiet', args, process.env))
    process.stderr.write('\nalix: finishing; Ctrl-C again to stop at once\n');
  stop.abort();
}

function crash(error: unknown): never {
  process.exit(isClosedPipe(error) ? EXIT.done : report(error, '', args, process));
}

// stdout is for results: what a user's own file prints with console.log is words
Object.assign(console, new Console(process.stderr));
process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
// A closed terminal. Node undoes what nohup says of this signal, but nohup leads all output away from the terminal.
let isHungUp = false;
process.on('SIGHUP', () => {
  if (!process.stdout.isTTY && !process.stderr.isTTY) return;
  isHungUp = true;
  // it may come twice, from the shell and from the system
  if (!stop.signal.aborted) interrupt();
});
process.on('uncaughtException', crash).on('unhandledRejection', crash);
// a reader that goes away (alix ... | head) is no error; nor is a terminal that was closed, which SIGHUP tells of
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const isGone = isClosedPipe(error) || (process.stdout.isTTY && error.code === 'EIO');
  if (!isGone) crash(describeSystemError(error, 'stdout'));
});
// nobody hears what is said there any more; the work itself goes on
process.stderr.on('error', () => {});

process.exitCode = await runProgram(args, await commandsFor(args), process, stop.signal);
if (isHungUp) {
  // ended by the signal after all: an exit of Node's own gives the terminal its settings back, and aborts where it has gone
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
