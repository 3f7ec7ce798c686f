#ifndef CLARITY_CLIENTS_CORE_CREDENTIALS_H_
#define CLARITY_CLIENTS_CORE_CREDENTIALS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace clarity::client {

// Whose calls these are. Asked before every attempt; may be called from several threads at once.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // The token to present; empty: none.
  virtual absl::StatusOr<std::string> Token() = 0;
};

std::shared_ptr<Credentials> TokenCredentials(std::string token);

// Reads the token from a file, and again whenever the file has changed, so that a long-running
// application takes a renewed token without a restart.
std::shared_ptr<Credentials> TokenFileCredentials(std::string path);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_CORE_CREDENTIALS_H_
