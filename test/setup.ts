/** Runs before each test file. Nothing is shared but the quiet: TensorFlow's banner would hide what a failing test says. */
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
