#include "services/clarityd/instance.h"

#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "clients/core/channel.h"
#include "clients/core/credentials.h"
#include "google/protobuf/descriptor.h"
#include "services/clarityd/data_directory.h"
#include "services/clarityd/tidying.h"
#include "services/consultation/service.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/executor.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/authenticator.h"
#include "services/platform/rpc/door.h"
#include "services/platform/rpc/method.h"
#include "services/platform/rpc/metrics.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/rpc/permissions.h"
#include "services/platform/rpc/services.h"
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/incarnation.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/scheduling/service.h"

namespace clarity {
namespace {

constexpr char kScheduling[] = "scheduling";
constexpr char kConsultation[] = "consultation";

// One that it runs: each has its own store and its own door to it. The parts in the order in which
// they stand on each other: what is declared later goes first.
struct Hosted {
  std::unique_ptr<storage::SqliteDatabase> database;
  rpc::Notifier notifier;
  std::unique_ptr<rpc::Services> services;
  std::unique_ptr<rpc::Door> door;
  std::unique_ptr<Tidying> tidying;
};

// In the same order, too.
class Parts final : public Instance {
 public:
  Parts(const Config& config, const base::Clock* clock, base::Random* random)
      : config_(config), clock_(clock), random_(random) {}
  ~Parts() override { Shutdown(); }

  absl::Status Open() {
    RETURN_IF_ERROR(OpenStores());
    RETURN_IF_ERROR(OpenDoors());
    if (config_.metrics_address.has_value()) RETURN_IF_ERROR(ServeMetrics());
    RETURN_IF_ERROR(Serve());
    if (consultation_ != nullptr) RETURN_IF_ERROR(FollowScheduling());
    for (const auto& hosted : hosted_) StartTidying(hosted.get());
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }

  void Shutdown() override {
    for (const auto& hosted : hosted_) hosted->tidying.reset();
    if (consultation_ != nullptr) consultation_->StopFollowing();
    if (server_ != nullptr) server_->Shutdown();
  }

 private:
  absl::Status OpenStores() {
    for (const std::string& name : config_.services) {
      if (absl::c_count(config_.services, name) > 1) {
        return absl::InvalidArgumentError(
            absl::StrCat("--services: \"", name, "\" is there twice"));
      }
      if (name == kScheduling) {
        RETURN_IF_ERROR(OpenScheduling());
      } else if (name == kConsultation) {
        RETURN_IF_ERROR(OpenConsultation());
      } else {
        return absl::InvalidArgumentError(absl::StrCat("--services: \"", name,
                                                       "\" is unknown; there are: ", kScheduling,
                                                       ", ", kConsultation));
      }
    }
    return absl::OkStatus();
  }

  absl::Status OpenScheduling() {
    ASSIGN_OR_RETURN(Hosted * hosted, OpenStore(SchedulingStore()));
    ASSIGN_OR_RETURN(hosted->services,
                     scheduling::MakeServices(hosted->database.get(), &hosted->notifier, random_));
    return absl::OkStatus();
  }

  absl::Status OpenConsultation() {
    if (config_.scheduling_token_file.empty()) {
      return absl::InvalidArgumentError(
          "consultation calls scheduling: it needs --scheduling-token, a file with a token of the "
          "role SERVICE");
    }
    if (!Runs(kScheduling) && !config_.scheduling_server.has_value()) {
      return absl::InvalidArgumentError(
          "consultation calls scheduling, which does not run here: say where, with "
          "--scheduling-server");
    }
    ASSIGN_OR_RETURN(Hosted * hosted, OpenStore(ConsultationStore()));
    ASSIGN_OR_RETURN(std::string search_key, ReadOrMakeSearchKey(config_.data_directory, *random_));
    ASSIGN_OR_RETURN(auto services, consultation::MakeServices(
                                        hosted->database.get(), &hosted->notifier, clock_, random_,
                                        &metrics_.registry(), std::move(search_key)));
    consultation_ = services.get();
    hosted->services = std::move(services);
    return absl::OkStatus();
  }

  bool Runs(const char* name) const { return absl::c_linear_search(config_.services, name); }

  absl::StatusOr<Hosted*> OpenStore(const StoreFile& file) {
    auto hosted = std::make_unique<Hosted>();
    storage::SqliteDatabase::Options options;
    options.directory = config_.data_directory;
    options.file_name = file.file_name;
    options.migrations = file.migrations;
    options.clock = clock_;
    // A connection for each worker: no read waits for another.
    options.read_connections = config_.worker_threads;
    RETURN_IF_ERROR(CheckNotLost(config_.data_directory, file));
    ASSIGN_OR_RETURN(hosted->database, storage::SqliteDatabase::Open(options));
    RETURN_IF_ERROR(NameStore(config_.data_directory, file));
    RETURN_IF_ERROR(
        storage::BeginIncarnation(*hosted->database, base::NewId(clock_->Now(), *random_)));
    hosted_.push_back(std::move(hosted));
    return hosted_.back().get();
  }

  absl::Status OpenDoors() {
    ASSIGN_OR_RETURN(auto permissions, rpc::Permissions::Load(config_.roles_file));
    permissions_ = std::make_unique<rpc::Permissions>(std::move(permissions));
    // Also those of a service that this process does not run: there is one file of roles.
    auto descriptors = scheduling::Descriptors();
    absl::c_copy(consultation::Descriptors(), std::back_inserter(descriptors));
    ASSIGN_OR_RETURN(methods_, rpc::MethodTable::Create(descriptors, *permissions_));
    RETURN_IF_ERROR(permissions_->CheckAllNamed(methods_->permissions()));
    rpc::Authenticator::Options options;
    options.keys_directory = config_.keys_directory;
    options.issuer = config_.issuer;
    options.audience = config_.audience;
    options.revocation_file = config_.revocation_file;
    ASSIGN_OR_RETURN(authenticator_, rpc::Authenticator::Create(options, clock_));
    executor_ =
        std::make_unique<base::WorkerPool>(config_.worker_threads, limits::kWorkerQueueTasksMax);
    for (const auto& hosted : hosted_) {
      hosted->door = std::make_unique<rpc::Door>(rpc::DoorParts{
          clock_, random_, executor_.get(), hosted->database.get(), permissions_.get(),
          methods_.get(), authenticator_.get(), &hosted->notifier, &metrics_});
    }
    return absl::OkStatus();
  }

  absl::Status Serve() {
    std::vector<grpc::Service*> services;
    std::vector<rpc::Door*> doors;
    for (const auto& hosted : hosted_) {
      doors.push_back(hosted->door.get());
      absl::c_copy(hosted->services->OpenTo(doors.back()), std::back_inserter(services));
    }
    ASSIGN_OR_RETURN(server_, rpc::Server::Start(config_.server, services, std::move(doors)));
    return absl::OkStatus();
  }

  // The same boundary whether scheduling is here or elsewhere: a channel, and a token.
  absl::Status FollowScheduling() {
    std::shared_ptr<grpc::ChannelInterface> channel;
    if (config_.scheduling_server.has_value()) {
      ASSIGN_OR_RETURN(channel, client::MakeChannel(*config_.scheduling_server));
    } else {
      channel = server_->InProcessChannel();
    }
    client::Options options;
    options.credentials = client::TokenFileCredentials(config_.scheduling_token_file);
    consultation_->Follow(channel, options);
    return absl::OkStatus();
  }

  // They tell nothing of any person, but of the system; and there is no TLS for them.
  absl::Status ServeMetrics() {
    RETURN_IF_ERROR(rpc::CheckPlainText(*config_.metrics_address, config_.server.insecure_listen));
    return metrics_.Serve(*config_.metrics_address);
  }

  void StartTidying(Hosted* hosted) {
    hosted->tidying = std::make_unique<Tidying>(
        hosted->database.get(),
        [this, hosted](storage::Transaction& transaction) -> absl::StatusOr<int64_t> {
          const absl::Time now = clock_->Now();
          ASSIGN_OR_RETURN(const int64_t replies,
                           storage::TrimReplies(transaction, now - limits::kIdempotencyKept));
          ASSIGN_OR_RETURN(const int64_t others, hosted->services->Tidy(transaction, now));
          return replies + others;
        });
  }

  const Config config_;
  const base::Clock* const clock_;
  base::Random* const random_;

  rpc::Metrics metrics_;
  std::unique_ptr<rpc::Permissions> permissions_;
  std::unique_ptr<const rpc::MethodTable> methods_;
  std::unique_ptr<rpc::Authenticator> authenticator_;
  std::unique_ptr<base::Executor> executor_;
  std::vector<std::unique_ptr<Hosted>> hosted_;
  consultation::ConsultationServices* consultation_ = nullptr;  // among them, where it runs
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Instance>> Instance::Start(const Config& config,
                                                          const base::Clock* clock,
                                                          base::Random* random) {
  auto parts = std::make_unique<Parts>(config, clock, random);
  RETURN_IF_ERROR(parts->Open());
  return parts;
}

}  // namespace clarity
