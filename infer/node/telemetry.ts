/**
 * ONNX Runtime's builds since 1.30 for Linux and macOS report their use to Microsoft, keep an identifier of the device and write files
 * into the temporary folder, unless a variable of the process forbids it before the library is loaded
 * (https://github.com/microsoft/onnxruntime/pull/27379). alix sends nothing and lets nothing be sent.
 */

/** The name in 1.30, and the one of later versions (https://github.com/microsoft/onnxruntime/pull/29843). */
const VARIABLES = ['ORT_DISABLE_TELEMETRY', 'ORT_TELEMETRY_DISABLED'];

/** Forbids it, unless the user has set a variable: 0 allows it. On the main thread: a worker's environment is a copy. */
export function forbidTelemetry(environment: NodeJS.ProcessEnv = process.env): void {
  for (const name of VARIABLES) environment[name] ??= '1';
}
