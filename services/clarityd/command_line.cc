#include "services/clarityd/command_line.h"

#include <algorithm>
#include <cstdio>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "services/platform/rpc/address.h"

namespace clarity {
namespace {

// Long enough for a load balancer that asks every second.
constexpr double kDrainSecondsDefault = 2;
constexpr double kDrainSecondsMax = 600;

constexpr char kExamples[] = R"(
Examples:
  clarityd --data /var/lib/clarity --keys /etc/clarity/keys --roles /etc/clarity/roles.textproto \
      --scheduling-token /etc/clarity/service.token
  clarityd --config /etc/clarity/clarityd.toml
  clarityd backup --data /var/lib/clarity --to /backup/clarity-monday
  clarityd verify /backup/clarity-monday

Exit codes: 0 stopped when asked to, 2 wrong usage, 3 could not start (the message says why).
)";

// An option's text that becomes something else in the configuration.
CLI::Option* AddAddress(CLI::App* app, const std::string& name, const std::string& what,
                        std::function<void(rpc::Address)> set) {
  return app
      ->add_option_function<std::string>(
          name, [set = std::move(set)](const std::string& text) { set(*rpc::ParseAddress(text)); },
          what)
      ->type_name("ADDRESS:PORT")
      ->check([](const std::string& text) {
        return std::string(rpc::ParseAddress(text).status().message());
      });
}

void AddServing(CLI::App* app, Config* config) {
  rpc::Server::Options* const server = &config->server;
  AddAddress(app, "--listen", "where to serve gRPC", [server](rpc::Address address) {
    server->address = std::move(address);
  })->default_str(server->address.ToString());
  AddAddress(app, "--metrics-listen", "where to serve /metrics, for Prometheus; without: nowhere",
             [config](rpc::Address address) { config->metrics_address = std::move(address); });
  app->add_option("--tls-certificate", server->certificate_file, "PEM certificate chain");
  app->add_option("--tls-key", server->key_file, "PEM private key");
  app->add_flag("--insecure-listen", server->insecure_listen,
                "allow plain text beyond loopback, behind a proxy that ends TLS");
  app->add_flag("--reflection", server->reflection, "serve gRPC reflection");
  app->add_option_function<double>(
         "--drain", [server](const double& seconds) { server->drain = absl::Seconds(seconds); },
         "how long to serve on after SIGTERM, while health says NOT_SERVING")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, kDrainSecondsMax))
      ->default_str(absl::StrCat(kDrainSecondsDefault));
}

void AddIdentity(CLI::App* app, Config* config) {
  app->add_option("--keys", config->keys_directory,
                  "directory of the issuer's public keys, {kid}.pem; read again when it changes")
      ->required();
  app->add_option("--issuer", config->issuer, "who must have issued tokens (iss)")
      ->capture_default_str();
  app->add_option("--audience", config->audience, "whom tokens must be for (aud)")
      ->capture_default_str();
  app->add_option("--revoked", config->revocation_file,
                  "file of revoked token ids (jti), one a line; read again when it changes");
  app->add_option("--roles", config->roles_file, "file that maps roles to permissions")->required();
}

// Where the two services run apart.
void AddSchedulingServer(CLI::App* app, Config* config) {
  const auto server = [config]() -> client::ChannelOptions& {
    if (!config->scheduling_server.has_value()) config->scheduling_server.emplace();
    return *config->scheduling_server;
  };
  app->add_option_function<std::string>(
         "--scheduling-server", [server](const std::string& address) { server().server = address; },
         "where consultation finds scheduling; without: in this process")
      ->type_name("HOST:PORT");
  app->add_option_function<std::string>(
      "--scheduling-ca",
      [server](const std::string& file) {
        server().ca_file = file;
        server().tls = true;
      },
      "PEM certificates that vouch for it; without: plain text, to this machine only");
}

void AddOptions(CLI::App* app, CommandLine* command_line) {
  Config* const config = &command_line->config;
  app->footer(kExamples);
  app->set_config("--config", "", "read options from this TOML file; flags win over it");
  // What is misspelt must not be left out silently: it may have been --revoked.
  app->allow_config_extras(CLI::config_extras_mode::error);
  const auto is_named = [](std::string& directory) {
    return directory.empty() ? std::string("names no directory") : std::string();
  };
  app->add_option("--data", config->data_directory, "directory of the store")
      ->required()
      ->check(CLI::Validator(is_named, ""));
  AddServing(app, config);
  AddIdentity(app, config);
  app->add_option("--services", config->services, "which services to run")
      ->delimiter(',')
      ->capture_default_str();
  app->add_option(
      "--scheduling-token", config->scheduling_token_file,
      "file with the token that consultation calls scheduling with (role SERVICE); read "
      "again when it changes");
  AddSchedulingServer(app, config);
  app->add_option("--workers", config->worker_threads, "threads that run calls")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app->add_option_function<std::string>(
         "--log-level",
         [command_line](const std::string& name) {
           command_line->log_level = *base::LogLevelFromName(name);
         },
         "what to log: debug (every call), info (writes and failures), warning, error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->default_str("info");
}

// The first key of the file that is no option's.
std::string UnknownKey(const CLI::App& app, const std::string& file) {
  for (const CLI::ConfigItem& item : app.get_config_formatter_base()->from_file(file)) {
    if (item.name == "++" || item.name == "--") continue;  // where a section begins and ends
    const bool is_known =
        item.parents.empty() && app.get_option_no_throw("--" + item.name) != nullptr;
    if (!is_known) return item.fullname();
  }
  return "";
}

std::string WhatIsWrong(const CLI::App& app, const CLI::ConfigError& error) {
  const std::string file = app.get_config_ptr()->as<std::string>();
  const std::string key = UnknownKey(app, file);
  return absl::StrCat(file, ": ",
                      key.empty() ? error.what() : absl::StrCat("\"", key, "\" is no option"));
}

}  // namespace

std::variant<CommandLine, int> ReadCommandLine(int argc, const char* const* argv) {
  CommandLine result;
  result.config.server.address.port = 7421;
  result.config.server.drain = absl::Seconds(kDrainSecondsDefault);
  result.config.worker_threads =
      std::max(4, 2 * static_cast<int>(std::thread::hardware_concurrency()));
  CLI::App app("clarityd, the Clarity server", "clarityd");
  AddOptions(&app, &result);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ConfigError& error) {
    std::fprintf(stderr, "clarityd: %s\n", WhatIsWrong(app, error).c_str());
    return kExitUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return result;
}

void LogStarted(const CommandLine& command_line, int port) {
  const Config& config = command_line.config;
  rpc::Address address = config.server.address;
  address.port = port;
  const rpc::Server::Options& server = config.server;
  base::Log(
      base::LogLevel::kInfo, "started",
      {{"address", address.ToString()},
       {"services", absl::StrJoin(config.services, ",")},
       {"data", config.data_directory},
       {"roles", config.roles_file},
       {"keys", config.keys_directory},
       {"issuer", config.issuer},
       {"audience", config.audience},
       {"revoked", config.revocation_file},
       {"scheduling_token", config.scheduling_token_file},
       {"scheduling_server", config.scheduling_server ? config.scheduling_server->server : ""},
       {"metrics", config.metrics_address ? config.metrics_address->ToString() : ""},
       {"tls", !server.certificate_file.empty()},
       {"tls_certificate", server.certificate_file},
       {"tls_key", server.key_file},
       {"insecure_listen", server.insecure_listen},
       {"reflection", server.reflection},
       {"workers", config.worker_threads},
       {"drain_seconds", absl::ToDoubleSeconds(server.drain)}});
}

}  // namespace clarity
