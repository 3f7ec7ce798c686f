// clarityd: the server. Reads its configuration, puts the parts together, and waits to be told to
// stop.

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/clarityd/instance.h"
#include "services/clarityd/store_commands.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/server.h"

namespace clarity {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitUsage = 2;
constexpr int kExitCannotStart = 3;

constexpr char kExamples[] = R"(
Examples:
  clarityd --data /var/lib/clarity --keys /etc/clarity/keys --roles /etc/clarity/roles.textproto
  clarityd --config /etc/clarity/clarityd.toml
  clarityd backup --data /var/lib/clarity --to /backup/clarity-monday
  clarityd verify /backup/clarity-monday

Exit codes: 0 stopped when asked to, 2 wrong usage, 3 could not start (the message says why).
)";

void AddOptions(CLI::App* app, Config* config, std::string* listen) {
  app->footer(kExamples);
  app->set_config("--config", "", "read options from this TOML file; flags win over it");
  app->add_option("--data", config->data_directory, "directory of the store")->required();
  app->add_option("--listen", *listen, "address and port to serve gRPC on")->capture_default_str();
  app->add_option("--metrics-listen", config->metrics_address,
                  "address and port of /metrics, for Prometheus; empty: none");
  app->add_option("--keys", config->keys_directory,
                  "directory of the issuer's public keys, {kid}.pem")
      ->required();
  app->add_option("--issuer", config->issuer, "who must have issued tokens (iss)")
      ->capture_default_str();
  app->add_option("--audience", config->audience, "whom tokens must be for (aud)")
      ->capture_default_str();
  app->add_option("--revoked", config->revocation_file,
                  "file of revoked token ids (jti), one a line; read again when it changes");
  app->add_option("--roles", config->roles_file, "file that maps roles to permissions")->required();
  app->add_option("--services", config->services, "which services to run")
      ->delimiter(',')
      ->capture_default_str();
  app->add_option("--workers", config->worker_threads, "threads that run calls")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app->add_option("--tls-certificate", config->server.certificate_file, "PEM certificate chain");
  app->add_option("--tls-key", config->server.key_file, "PEM private key");
  app->add_flag("--insecure-listen", config->server.insecure_listen,
                "allow plain text beyond loopback, behind a proxy that ends TLS");
  app->add_flag("--reflection", config->server.reflection, "serve gRPC reflection");
}

// "127.0.0.1:7421", "[::1]:7421"
bool SplitAddress(const std::string& address, rpc::Server::Options* server) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  server->host = address.substr(0, colon);
  return absl::SimpleAtoi(address.substr(colon + 1), &server->port) && server->port >= 0 &&
         server->port <= 65535;
}

int Run(int argc, char** argv) {
  if (argc > 1 && IsStoreCommand(argv[1])) return RunStoreCommand(argc, argv);
  Config config;
  config.worker_threads = std::max(4, 2 * static_cast<int>(std::thread::hardware_concurrency()));
  std::string listen = "127.0.0.1:7421";
  CLI::App app("clarityd, the Clarity server");
  AddOptions(&app, &config, &listen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  if (!SplitAddress(listen, &config.server)) {
    std::fprintf(stderr, "clarityd: --listen: \"%s\" is not ADDRESS:PORT\n", listen.c_str());
    return kExitUsage;
  }

  rpc::BlockTerminationSignals();
  const base::SystemClock clock;
  base::SystemRandom random;
  const auto instance = Instance::Start(config, &clock, &random);
  if (!instance.ok()) {
    std::fprintf(stderr, "clarityd: %s\n", std::string(instance.status().message()).c_str());
    return kExitCannotStart;
  }
  // No option holds a secret: keys and tokens are files, named here and never shown.
  base::Log(base::LogLevel::kInfo, "started",
            {{"address", absl::StrCat(config.server.host, ":", (*instance)->port())},
             {"data", config.data_directory},
             {"roles", config.roles_file},
             {"keys", config.keys_directory},
             {"metrics", config.metrics_address},
             {"tls", config.server.certificate_file.empty() ? "off" : "on"}});
  const int signal = rpc::WaitForTermination();
  base::Log(base::LogLevel::kInfo, "stopping", {{"signal", absl::StrCat(signal)}});
  (*instance)->Shutdown();
  return kExitOk;
}

}  // namespace
}  // namespace clarity

int main(int argc, char** argv) { return clarity::Run(argc, argv); }
