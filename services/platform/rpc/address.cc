#include "services/platform/rpc/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace clarity::rpc {
namespace {

constexpr int kPortMax = 65535;

// What the system says against listening there; empty if nothing.
std::string WhyNot(const Address& address) {
  absl::string_view host = address.host;
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(std::string(host).c_str(), absl::StrCat(address.port).c_str(), &hints, &found);
  if (error != 0) return gai_strerror(error);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  const int attempt = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int reuse = 1;  // as the servers do: a port that was just left is free
  std::string why;
  if (attempt < 0 || setsockopt(attempt, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) != 0 ||
      bind(attempt, found->ai_addr, found->ai_addrlen) != 0 || listen(attempt, 1) != 0) {
    why = std::strerror(errno);
  }
  if (attempt >= 0) close(attempt);
  return why;
}

}  // namespace

std::string Address::ToString() const { return absl::StrCat(host, ":", port); }

bool Address::IsLoopback() const {
  return host == "localhost" || host == "::1" || host == "[::1]" || absl::StartsWith(host, "127.");
}

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  const size_t colon = text.rfind(':');
  Address address;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &address.port) || address.port < 0 ||
      address.port > kPortMax) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not ADDRESS:PORT"));
  }
  address.host = std::string(text.substr(0, colon));
  return address;
}

absl::Status CheckPlainText(const Address& address, bool insecure_listen) {
  if (insecure_listen || address.IsLoopback()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("will not listen on ", address.ToString(),
                   " in plain text: allow it with --insecure-listen"));
}

absl::Status CannotListen(const Address& address) {
  const std::string why = WhyNot(address);
  return absl::UnavailableError(
      absl::StrCat("cannot listen on ", address.ToString(), why.empty() ? "" : ": ", why));
}

std::string NetworkOf(absl::string_view peer) {
  std::string host = absl::StrReplaceAll(peer.substr(0, peer.rfind(':')),
                                         {{"[", ""}, {"]", ""}, {"%5B", ""}, {"%5D", ""}});
  absl::string_view address = host;
  char bytes[sizeof(in6_addr)];
  if (absl::ConsumePrefix(&address, "ipv6:") &&
      inet_pton(AF_INET6, std::string(address).c_str(), bytes) == 1) {
    return absl::StrCat("ipv6:", absl::BytesToHexString(absl::string_view(bytes, 8)));
  }
  return host;
}

}  // namespace clarity::rpc
