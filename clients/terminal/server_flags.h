#ifndef CLARITY_CLIENTS_TERMINAL_SERVER_FLAGS_H_
#define CLARITY_CLIENTS_TERMINAL_SERVER_FLAGS_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "clients/core/channel.h"
#include "clients/core/options.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// The flags every tool has to reach a server.
struct ServerFlags {
  ChannelOptions channel;
  std::string token_file;
  double timeout_seconds = 10;
  // Called, where set, before each wait for another attempt: the server has not answered one.
  std::function<void()> before_waiting;
  std::shared_ptr<Interrupt> interrupt;  // may be null
  bool session = false;                  // many commands, during which a server may come back
};

void AddServerFlags(CLI::App* app, ServerFlags* flags);

// The options of the connections to a server as the flags say.
Options OptionsOf(const ServerFlags& flags);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_TERMINAL_SERVER_FLAGS_H_
