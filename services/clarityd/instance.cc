#include "services/clarityd/instance.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/clarityd/data_directory.h"
#include "services/clarityd/tidying.h"
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
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/sqlite/sqlite_database.h"
#include "services/scheduling/service.h"

namespace clarity {
namespace {

constexpr char kScheduling[] = "scheduling";

// The parts in the order in which they stand on each other: what is declared later goes first.
class Parts final : public Instance {
 public:
  Parts(const Config& config, const base::Clock* clock, base::Random* random)
      : config_(config), clock_(clock), random_(random) {}
  ~Parts() override { Shutdown(); }

  absl::Status Open() {
    for (const std::string& service : config_.services) {
      if (service != kScheduling) {
        return absl::InvalidArgumentError(
            absl::StrCat("--services: \"", service, "\" is unknown; there is: scheduling"));
      }
    }
    RETURN_IF_ERROR(OpenStore());
    RETURN_IF_ERROR(OpenDoor());
    if (config_.metrics_address.has_value()) RETURN_IF_ERROR(ServeMetrics());
    ASSIGN_OR_RETURN(
        server_, rpc::Server::Start(config_.server, scheduling_->OpenTo(door_.get()), door_.get()));
    tidying_ = std::make_unique<Tidying>(
        database_.get(), [this](storage::Transaction& transaction) { return Tidy(transaction); });
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }

  void Shutdown() override {
    tidying_.reset();
    if (server_ != nullptr) server_->Shutdown();
  }

 private:
  absl::Status OpenStore() {
    storage::SqliteDatabase::Options options;
    options.directory = config_.data_directory;
    const StoreFile file = SchedulingStore();
    options.file_name = file.file_name;
    options.migrations = file.migrations;
    options.clock = clock_;
    // A connection for each worker: no read waits for another.
    options.read_connections = config_.worker_threads;
    ASSIGN_OR_RETURN(database_, storage::SqliteDatabase::Open(options));
    ASSIGN_OR_RETURN(scheduling_,
                     scheduling::SchedulingServices::Make(database_.get(), &notifier_, random_));
    return absl::OkStatus();
  }

  absl::Status OpenDoor() {
    ASSIGN_OR_RETURN(auto permissions, rpc::Permissions::Load(config_.roles_file));
    permissions_ = std::make_unique<rpc::Permissions>(std::move(permissions));
    ASSIGN_OR_RETURN(methods_, rpc::MethodTable::Create(
                                   scheduling::SchedulingServices::Descriptors(), *permissions_));
    RETURN_IF_ERROR(permissions_->CheckAllNamed(methods_->permissions()));
    rpc::Authenticator::Options options;
    options.keys_directory = config_.keys_directory;
    options.issuer = config_.issuer;
    options.audience = config_.audience;
    options.revocation_file = config_.revocation_file;
    ASSIGN_OR_RETURN(authenticator_, rpc::Authenticator::Create(options, clock_));
    executor_ =
        std::make_unique<base::WorkerPool>(config_.worker_threads, limits::kWorkerQueueTasksMax);
    door_ = std::make_unique<rpc::Door>(
        rpc::DoorParts{clock_, random_, executor_.get(), database_.get(), permissions_.get(),
                       methods_.get(), authenticator_.get(), &notifier_, &metrics_});
    return absl::OkStatus();
  }

  // They tell nothing of any person, but of the system; and there is no TLS for them.
  absl::Status ServeMetrics() {
    RETURN_IF_ERROR(rpc::CheckPlainText(*config_.metrics_address, config_.server.insecure_listen));
    return metrics_.Serve(*config_.metrics_address);
  }

  absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction) {
    const absl::Time now = clock_->Now();
    ASSIGN_OR_RETURN(const int64_t replies,
                     storage::TrimReplies(transaction, now - limits::kIdempotencyKept));
    ASSIGN_OR_RETURN(const int64_t others, scheduling_->Tidy(transaction, now));
    return replies + others;
  }

  const Config config_;
  const base::Clock* const clock_;
  base::Random* const random_;

  rpc::Notifier notifier_;
  rpc::Metrics metrics_;
  std::unique_ptr<storage::SqliteDatabase> database_;
  std::unique_ptr<scheduling::SchedulingServices> scheduling_;
  std::unique_ptr<rpc::Permissions> permissions_;
  std::unique_ptr<const rpc::MethodTable> methods_;
  std::unique_ptr<rpc::Authenticator> authenticator_;
  std::unique_ptr<base::Executor> executor_;
  std::unique_ptr<rpc::Door> door_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<Tidying> tidying_;
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
