#include "services/platform/rpc/server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "services/platform/base/files.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/malformed.h"

namespace clarity::rpc {
namespace {

constexpr absl::Duration kTickEvery = absl::Seconds(1);

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> FromPem(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// Instead of asking for one on the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

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

// Keeps gRPC from saying no more of a bad file than that it cannot listen.
absl::Status CheckCertificate(const Server::Options& options, const std::string& certificate_pem,
                              const std::string& key_pem) {
  const Owned<BIO> certificate_text = FromPem(certificate_pem);
  const Owned<X509> certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.certificate_file, " holds no certificate in PEM"));
  }
  const Owned<BIO> key_text = FromPem(key_pem);
  const Owned<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.key_file, " holds no private key in PEM, or one with a passphrase"));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the key in ", options.key_file,
                                                   " is not that of the certificate in ",
                                                   options.certificate_file));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeCredentials(
    const Server::Options& options) {
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate and a key");
  }
  if (options.certificate_file.empty()) {
    RETURN_IF_ERROR(CheckPlainText(options.address, options.insecure_listen));
    return grpc::InsecureServerCredentials();
  }
  ASSIGN_OR_RETURN(std::string certificate, base::ReadFile(options.certificate_file));
  ASSIGN_OR_RETURN(std::string key, base::ReadFile(options.key_file));
  RETURN_IF_ERROR(CheckCertificate(options, certificate, key));
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({std::move(key), std::move(certificate)});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

void BlockTerminationSignals() {
  const sigset_t signals = TerminationSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int WaitForTermination(absl::Duration at_most) {
  const sigset_t signals = TerminationSignals();
  const absl::Time limit = absl::Now() + at_most;
  for (;;) {
    const timespec left = absl::ToTimespec(std::max(limit - absl::Now(), absl::ZeroDuration()));
    const int signal = at_most == absl::InfiniteDuration() ? sigwaitinfo(&signals, nullptr)
                                                           : sigtimedwait(&signals, nullptr, &left);
    if (signal > 0) return signal;
    if (errno == EAGAIN) return 0;
  }
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options,
                                                      const std::vector<grpc::Service*>& services,
                                                      std::vector<Door*> doors) {
  // Debian's abseil looks for cycles of locks at every lock that gRPC takes: a help for debugging.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  std::unique_ptr<Server> server(new Server(options, std::move(doors)));
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
  interceptors.push_back(MakeMalformedRequestInterceptor(doors_.front()));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  builder.AddListeningPort(options_.address.ToString(), credentials, &port_);
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
  if (server_ == nullptr || port_ == 0) return CannotListen(options_.address);
  server_->GetHealthCheckService()->SetServingStatus(true);
  return absl::OkStatus();
}

std::shared_ptr<grpc::Channel> Server::InProcessChannel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

void Server::RunTicks() {
  for (;;) {
    {
      base::MutexLock lock(&mutex_);
      if (!stopping_) changed_.WaitFor(&mutex_, kTickEvery);
      if (stopping_) return;
    }
    for (Door* door : doors_) door->Tick();
    const bool can_serve = std::all_of(doors_.begin(), doors_.end(),
                                       [](const Door* door) { return door->CanServe(); });
    // No effect once Shutdown has begun.
    server_->GetHealthCheckService()->SetServingStatus(can_serve);
  }
}

void Server::Shutdown() {
  if (server_ == nullptr || !ticks_.joinable()) return;
  server_->GetHealthCheckService()->Shutdown();  // NOT_SERVING for good
  if (options_.drain > absl::ZeroDuration()) options_.wait(options_.drain);
  for (Door* door : doors_) door->Close();
  // gRPC cancels what arrives once the port closes. Until nobody comes any more, better answer.
  if (options_.drain > absl::ZeroDuration()) options_.wait(limits::kRefusingBeforeStop);
  {
    base::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  ticks_.join();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(options_.grace));
  server_->Wait();
}

}  // namespace clarity::rpc
