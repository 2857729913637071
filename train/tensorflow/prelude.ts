/**
 * A helper addon that is loaded before TensorFlow. The C++ is kept as text because the package ships no other sources.
 *
 * 1. It moves signals to a thread of their own. A signal handled on a thread that is in one of oneDNN's generated matrix products
 *    breaks the heap (measured: 1,000 a second end the process within one, with "corrupted size vs. prev_size"). Why was not
 *    traced; it is as if they kept data further below the stack pointer than the 128 bytes that a handler leaves alone. The thread that
 *    computes, and those that TensorFlow starts from it, take no signals any more; Node's handlers run on the other one and
 *    hand over to the event loop as ever. Programs that Node starts get their signals: libuv clears the mask.
 * 2. It loads TensorFlow's base library without its greeting: two lines about oneDNN on stderr while its static initialisers
 *    run, before any setting can reach it, so stderr leads nowhere for that moment. Later messages obey TF_CPP_MIN_LOG_LEVEL.
 */
export const PRELUDE_FILE = 'prelude.node';

/** FRAMEWORK is the library's path relative to the helper, given by the compiler's command line. */
export const PRELUDE_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <string>

static void* LoadSilently(const std::string& path) {
  std::fflush(stderr);
  const int kept = dup(2);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, 2);
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  std::fflush(stderr);
  if (kept >= 0) {
    dup2(kept, 2);
    close(kept);
  }
  if (nowhere >= 0) close(nowhere);
  return library;
}

static void* TakeSignals(void*) {
  for (;;) pause();
}

static bool StartSignalThread() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, TakeSignals, nullptr) != 0) return false;
  pthread_detach(thread);
  return true;
}

static void MoveSignals() {
  static const bool started = StartSignalThread();
  if (!started) return;
  sigset_t moved;
  sigfillset(&moved);
  // those that an instruction raises belong to the thread that ran it
  for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) sigdelset(&moved, own);
  pthread_sigmask(SIG_BLOCK, &moved, nullptr);
}

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  MoveSignals();
  const char* value = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  const int level = value == nullptr ? 0 : std::atoi(value);
  Dl_info self;
  if (level < 1 || dladdr(reinterpret_cast<void*>(&napi_register_module_v1), &self) == 0) return exports;
  const std::string file = self.dli_fname;
  void* library = LoadSilently(file.substr(0, file.rfind('/') + 1) + FRAMEWORK);
  if (library == nullptr) return exports;
  void* set = dlsym(library, "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");
  if (set != nullptr) reinterpret_cast<void (*)(int)>(set)(level);
  return exports;
}

extern "C" __attribute__((visibility("default"))) int node_api_module_get_api_version_v1() { return 8; }
`;
