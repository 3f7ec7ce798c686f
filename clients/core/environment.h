#ifndef CLARITY_CLIENTS_CORE_ENVIRONMENT_H_
#define CLARITY_CLIENTS_CORE_ENVIRONMENT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/time/time.h"

namespace clarity::client {

// Time, waiting and chance. Injected, so that a test decides them and nothing sleeps.
// All three may be called from several threads at once.
struct Environment {
  std::function<absl::Time()> now;
  std::function<void(absl::Duration)> sleep;
  std::function<uint64_t()> random;  // uniform over all 64 bits
};

Environment SystemEnvironment();

// A random UUID (RFC 9562, version 4), in lower case.
std::string NewUuid(const Environment& environment);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_ENVIRONMENT_H_
