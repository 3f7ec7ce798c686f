#ifndef CLARITY_SERVICES_PLATFORM_RPC_ADDRESS_H_
#define CLARITY_SERVICES_PLATFORM_RPC_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace clarity::rpc {

// Where a server listens.
struct Address {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free

  std::string ToString() const;  // "127.0.0.1:7421"
  // Whether only this machine reaches it.
  bool IsLoopback() const;
};

// "127.0.0.1:7421", "[::1]:7421", "localhost:7421".
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// INVALID_ARGUMENT where plain text would leave the machine and nobody has allowed it.
absl::Status CheckPlainText(const Address& address, bool insecure_listen);

// UNAVAILABLE with what the system says when one tries to listen there, for libraries that keep it
// to themselves.
absl::Status CannotListen(const Address& address);

// Where a peer of gRPC ("ipv4:192.0.2.1:7421", "ipv6:[2001:db8::1]:7421") calls from, without its
// port. Who has an IPv6 address mostly has all of its 64-bit network, so that counts as one.
std::string NetworkOf(absl::string_view peer);

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_ADDRESS_H_
