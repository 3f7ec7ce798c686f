#include "clients/core/environment.h"

#include <random>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace clarity::client {
namespace {

// From the operating system: a request id that another process could repeat would be answered
// with that process's reply.
uint64_t SystemRandom() {
  thread_local std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

}  // namespace

Environment SystemEnvironment() { return {absl::Now, absl::SleepFor, SystemRandom}; }

std::string NewUuid(const Environment& environment) {
  const uint64_t high = (environment.random() & ~uint64_t{0xF000}) | 0x4000;  // version 4
  const uint64_t low = (environment.random() & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, (high >> 16) & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

}  // namespace clarity::client
