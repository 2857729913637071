/**
 * A helper addon that loads TensorFlow's base library without its greeting. The library writes two lines about oneDNN to
 * stderr while its own static initialisers run, before any setting can reach it, so stderr leads nowhere for that moment.
 * Later messages obey TF_CPP_MIN_LOG_LEVEL. The C++ is kept as text because the package ships no other sources.
 */
export const QUIET_FILE = 'quiet.node';

/** FRAMEWORK is the library's path relative to the helper, given by the compiler's command line. */
export const QUIET_SOURCE = `#include <dlfcn.h>
#include <fcntl.h>
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

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
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
