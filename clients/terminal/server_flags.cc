#include "clients/terminal/server_flags.h"

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"

namespace clarity::client {
namespace {

// A server of this machine that has been started just now listens by then.
constexpr absl::Duration kStartOfAServer = absl::Seconds(1);

}  // namespace

void AddServerFlags(CLI::App* app, ServerFlags* flags) {
  app->add_option("--server", flags->channel.server, "The server, host:port")
      ->envname("CLARITY_SERVER")
      ->capture_default_str()
      ->group("Server");
  app->add_option("--token-file", flags->token_file, "File with the token that says who you are")
      ->envname("CLARITY_TOKEN_FILE")
      ->group("Server");
  app->add_flag("--tls", flags->channel.tls, "Speak TLS (always, unless the server is here)")
      ->group("Server");
  app->add_option("--ca-file", flags->channel.ca_file,
                  "PEM file of the authorities to trust instead of the system's; implies --tls")
      ->envname("CLARITY_CA_FILE")
      ->group("Server");
  app->add_option("--timeout", flags->timeout_seconds, "Longest wait for an answer, in seconds")
      ->check(CLI::Range(0.1, 60.0))
      ->capture_default_str()
      ->group("Server");
}

Options OptionsOf(const ServerFlags& flags) {
  Options options;
  if (!flags.token_file.empty()) options.credentials = TokenFileCredentials(flags.token_file);
  options.deadline = absl::Seconds(flags.timeout_seconds);
  if (!flags.session) {
    options.outage = std::make_shared<Outage>();
    if (IsThisMachine(flags.channel.server)) options.retry.refused_most = kStartOfAServer;
  }
  options.interrupt = flags.interrupt;
  if (flags.interrupt != nullptr) {
    options.environment.sleep = [interrupt = flags.interrupt](absl::Duration wait) {
      interrupt->Sleep(wait);
    };
  }
  if (flags.before_waiting) {
    options.environment.sleep = [sleep = options.environment.sleep,
                                 before = flags.before_waiting](absl::Duration wait) {
      before();
      sleep(wait);
    };
  }
  return options;
}

}  // namespace clarity::client
