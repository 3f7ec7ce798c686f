#include "services/platform/rpc/server.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/malformed.h"

namespace clarity::rpc {
namespace {

constexpr absl::Duration kTickEvery = absl::Seconds(1);

sigset_t TerminationSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Takes out the plugin that serves the protos to whoever asks.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    const auto is_reflection = [](const std::unique_ptr<grpc::ServerBuilderPlugin>& plugin) {
      return plugin->name() == "proto_server_reflection";
    };
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(), is_reflection), plugins->end());
  }
};

int Millis(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

bool IsLoopback(absl::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || absl::StartsWith(host, "127.");
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return text.str();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
    const Server::Options& options) {
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate and a key");
  }
  if (options.certificate_file.empty()) {
    if (!options.insecure_listen && !IsLoopback(options.host)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "will not listen on ", options.host,
          " in plain text: give a certificate and a key, or allow it with --insecure-listen"));
    }
    return grpc::InsecureServerCredentials();
  }
  ASSIGN_OR_RETURN(std::string certificate, ReadFile(options.certificate_file));
  ASSIGN_OR_RETURN(std::string key, ReadFile(options.key_file));
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

void BlockTerminationSignals() {
  const sigset_t signals = TerminationSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int WaitForTermination() {
  const sigset_t signals = TerminationSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options,
                                                      const std::vector<grpc::Service*>& services,
                                                      Door* door) {
  std::unique_ptr<Server> server(new Server(options, door));
  RETURN_IF_ERROR(server->Listen(services));
  server->ticks_ = std::thread([raw = server.get()] { raw->RunTicks(); });
  return server;
}

Server::~Server() { Shutdown(); }

absl::Status Server::Listen(const std::vector<grpc::Service*>& services) {
  ASSIGN_OR_RETURN(const auto credentials, MakeCredentials(options_));
  grpc::EnableDefaultHealthCheckService(true);
  // Named so that the linker keeps the library; loaded, it adds itself to every builder.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  if (!options_.reflection) builder.SetOption(std::make_unique<WithoutReflection>());
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(MakeMalformedRequestInterceptor());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  const std::string address = absl::StrCat(options_.host, ":", options_.port);
  builder.AddListeningPort(address, credentials, &port_);
  for (grpc::Service* service : services) builder.RegisterService(service);
  builder.SetMaxReceiveMessageSize(limits::kRequestBytesMax);
  builder.SetMaxSendMessageSize(limits::kReplyBytesMax);
  // A second process on the same port is a mistake, not a share of the load.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits::kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(limits::kPingEvery));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(limits::kPingTimeout));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Millis(limits::kPingIntervalMin));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", address));
  }
  server_->GetHealthCheckService()->SetServingStatus(true);
  return absl::OkStatus();
}

void Server::RunTicks() {
  for (;;) {
    {
      base::MutexLock lock(&mutex_);
      if (!stopping_) changed_.WaitFor(&mutex_, kTickEvery);
      if (stopping_) return;
    }
    door_->Tick();
  }
}

void Server::Shutdown() {
  if (server_ == nullptr || !ticks_.joinable()) return;
  server_->GetHealthCheckService()->SetServingStatus(false);
  {
    base::MutexLock lock(&mutex_);
    if (options_.drain > absl::ZeroDuration()) changed_.WaitFor(&mutex_, options_.drain);
    stopping_ = true;
  }
  changed_.NotifyAll();
  ticks_.join();
  door_->EndStreams();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(options_.grace));
  server_->Wait();
}

}  // namespace clarity::rpc
