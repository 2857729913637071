/** What ONNX Runtime says of a failure, for one line of an error. */

/** "/onnxruntime_src/file.cc:360 void* onnxruntime::Class::Function(int, bool) [with T = long] ", before what happened. */
const ITS_OWN_PLACE = /\S*onnxruntime\S*\.(?:cc|h|cpp|cu):\d+ [^()]*\([^()]*\)(?: const)?(?: \[with [^\]]*\])? /g;

/** The first line of its message, without the files and functions of its own that it names. */
export function ortReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]!.replace(ITS_OWN_PLACE, '').trim().slice(0, 300);
}

/** Whether that says that memory was short. */
export const isOutOfMemory = (text: string): boolean =>
  /bad_alloc|out of memory|memory access out of bounds|Failed to allocate memory|Tensor shape is too large/i.test(text);
