// The agent's tool as it is, but by a clock that a test moves: the file CLARITY_TEST_CLOCK holds
// the microseconds since 1970.
#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "absl/time/time.h"
#include "clients/callcenter/tool/callcenter.h"

int main(int argc, char** argv) {
  const int file = open(std::getenv("CLARITY_TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
  void* shared = mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (shared == MAP_FAILED) return 1;
  const auto* micros = static_cast<const std::atomic<int64_t>*>(shared);
  clarity::client::Console console = clarity::client::SystemConsole();
  console.environment.now = [micros] { return absl::FromUnixMicros(micros->load()); };
  return clarity::client::RunCallCenter(std::vector<std::string>(argv + 1, argv + argc), console,
                                        clarity::client::ConnectCallCenter);
}
