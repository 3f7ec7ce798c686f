#include "tests/simulation/server.h"

#include <utility>

#include "services/clarityd/data_directory.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/idempotency.h"
#include "services/platform/storage/incarnation.h"
#include "services/scheduling/service.h"
#include "tests/support/results.h"

namespace clarity::simulation {

Premises::Premises() : issuer_("simulation") {
  issuer_.WritePublicKey(keys_directory());
  permissions_ = std::make_unique<rpc::Permissions>(
      tests::Value(rpc::Permissions::Load(CLARITY_SIMULATION_ROLES_FILE)));
  methods_ = tests::Value(rpc::MethodTable::Create(scheduling::Descriptors(), *permissions_));
}

// Good for longer than any world lasts.
std::string Premises::Token(const std::string& subject, const std::string& role) const {
  rpc::testing::TokenClaims claims;
  claims.subject = subject;
  claims.roles = {role};
  claims.expire_time = claims.issue_time + absl::Hours(24 * 365 * 100);
  return issuer_.Issue(claims);
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options) {
  std::unique_ptr<Server> server(new Server(options));
  RETURN_IF_ERROR(server->OpenStore());
  RETURN_IF_ERROR(server->OpenDoor());
  return server;
}

absl::Status Server::OpenStore() {
  storage::SqliteDatabase::Options options;
  options.directory = options_.premises->data_directory();
  options.file_name = SchedulingStore().file_name;
  options.migrations = SchedulingStore().migrations;
  options.clock = options_.clock;
  options.read_connections = 2;
  options.checkpoint_pages = options_.checkpoint_pages;
  options.vfs = vfs_.name();
  ASSIGN_OR_RETURN(store_, storage::SqliteDatabase::Open(options));
  RETURN_IF_ERROR(
      storage::BeginIncarnation(*store_, base::NewId(options_.clock->Now(), *options_.random)));
  faulty_ = std::make_unique<FaultyDatabase>(store_.get(), options_.fault);
  stepwise_ = std::make_unique<StepwiseDatabase>(faulty_.get(), store_.get(), options_.progress);
  return absl::OkStatus();
}

absl::Status Server::OpenDoor() {
  const Premises& premises = *options_.premises;
  rpc::Authenticator::Options keys;
  keys.keys_directory = premises.keys_directory();
  keys.issuer = rpc::testing::kIssuer;
  keys.audience = rpc::testing::kAudience;
  ASSIGN_OR_RETURN(authenticator_, rpc::Authenticator::Create(keys, options_.clock));
  ASSIGN_OR_RETURN(services_,
                   scheduling::MakeServices(stepwise_.get(), &notifier_, options_.random));
  door_ = std::make_unique<rpc::Door>(rpc::DoorParts{
      options_.clock, options_.random, &executor_, stepwise_.get(), &premises.permissions(),
      &premises.methods(), authenticator_.get(), &notifier_, &metrics_});
  grpc::ServerBuilder builder;
  for (grpc::Service* service : services_->OpenTo(door_.get())) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  return server_ == nullptr ? absl::InternalError("the server does not start") : absl::OkStatus();
}

Server::~Server() {
  if (server_ == nullptr) return;
  door_->Close();
  server_->Shutdown();
  server_->Wait();
}

std::shared_ptr<grpc::Channel> Server::Connect() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

absl::Status Server::Tidy() {
  return stepwise_->WriteAndWait([this](storage::Transaction& transaction) -> absl::Status {
    const absl::Time now = options_.clock->Now();
    RETURN_IF_ERROR(storage::TrimReplies(transaction, now - limits::kIdempotencyKept).status());
    return services_->Tidy(transaction, now).status();
  });
}

}  // namespace clarity::simulation
