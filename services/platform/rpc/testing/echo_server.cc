#include "services/platform/rpc/testing/echo_server.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"

namespace clarity::rpc::testing {
namespace {

constexpr char kStream[] = "items";
constexpr char kRoles[] = R"(
  grants { role: STAFF permissions: "items.read" permissions: "items.put"
           permissions: "items.force" }
  grants { role: PATIENT permissions: "items.read" permissions: "items.put" }
  grants { role: AGENT permissions: "items.read" })";

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::abort();
  }
  return *std::move(value);
}

class ItemFeed final : public Feed<WatchItemsResponse> {
 public:
  explicit ItemFeed(EchoUseCases* use_cases) : use_cases_(use_cases) {}

  std::vector<std::string> streams() const override { return {kStream}; }
  absl::Status Next(const Call& call, std::vector<WatchItemsResponse>* batch) override {
    RETURN_IF_ERROR(use_cases_->on_watch(call, position_, batch));
    position_ += static_cast<int>(batch->size());
    return absl::OkStatus();
  }
  void Heartbeat(const Call&, WatchItemsResponse*) override {}

 private:
  EchoUseCases* const use_cases_;
  int position_ = 0;
};

}  // namespace

absl::Status EchoUseCases::GetItem(const Call& call, storage::Transaction&,
                                   const GetItemRequest& request, Item* reply) {
  RETURN_IF_ERROR(on_get());
  call.audit_resource = "items/1";
  reply->set_patient(request.patient());
  return absl::OkStatus();
}

absl::Status EchoUseCases::Ping(const Call&, const PingRequest&, PingResponse*) {
  return absl::OkStatus();
}

absl::Status EchoUseCases::Count(const Call&, const CountRequest&, CountResponse* reply) {
  RETURN_IF_ERROR(on_count());
  reply->set_count(puts);
  return absl::OkStatus();
}

absl::Status EchoUseCases::PutItem(const Call& call, storage::Transaction& transaction,
                                   const PutItemRequest& request, Item* reply) {
  *reply = request.item();
  reply->set_name(absl::StrCat("items/", ++puts));
  call.audit_resource = reply->name();
  call.audit_reason = "because";
  transaction.AppendChange(kStream, "put", reply->name(), "");
  transaction.OnCommit([notifier = notifier_] { notifier->Notify(kStream); });
  return on_put();
}

void EchoUseCases::ExplainItem(const Call&, const PutItemRequest&, absl::Status* status) {
  google::rpc::Help help;
  help.add_links()->set_description("explained");
  base::AddDetail(*status, help);
}

absl::Status EchoUseCases::PutGroup(const Call&, storage::Transaction&,
                                    const PutGroupRequest& request, PutGroupResponse* reply) {
  for (const auto& participant : request.participants()) {
    reply->add_patients(participant.patient());
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> EchoUseCases::KeepGroup(const Call& call, storage::Transaction& transaction,
                                             const PutGroupRequest&, absl::Status* refusal) {
  RETURN_IF_ERROR(on_keep());
  call.audit_resource = "groups/kept";
  transaction.AppendChange(kStream, "kept", call.audit_resource, "");
  google::rpc::Help help;
  help.add_links()->set_description("kept");
  base::AddDetail(*refusal, help);
  return true;
}

absl::StatusOr<std::unique_ptr<Feed<WatchItemsResponse>>> EchoUseCases::WatchItems(
    const Call&, const WatchItemsRequest&) {
  return std::make_unique<ItemFeed>(this);
}

EchoServer::EchoServer(int threads, size_t queue_tasks_max) {
  issuer_.WritePublicKey(directory_.path() + "/keys");
  permissions_ = std::make_unique<Permissions>(OrDie(Permissions::Parse(kRoles, "roles")));
  methods_ =
      OrDie(MethodTable::Create({PutItemRequest::descriptor()->file()->service(0)}, *permissions_));
  authenticator_ =
      OrDie(Authenticator::Create({directory_.path() + "/keys", kIssuer, kAudience, ""}, &clock_));
  storage::SqliteDatabase::Options options;
  options.directory = directory_.path() + "/data";
  options.clock = &clock_;
  database_ = OrDie(storage::SqliteDatabase::Open(std::move(options)));
  workers_ = std::make_unique<base::WorkerPool>(threads, queue_tasks_max);
  DoorParts parts;
  parts.clock = &clock_;
  parts.random = &random_;
  parts.executor = workers_.get();
  parts.database = database_.get();
  parts.permissions = permissions_.get();
  parts.methods = methods_.get();
  parts.authenticator = authenticator_.get();
  parts.notifier = &notifier_;
  parts.metrics = &metrics_;
  door_ = std::make_unique<Door>(parts);
  service_ = std::make_unique<EchoGrpcService>(door_.get(), &use_cases_);
  server_ = OrDie(Server::Start({}, {service_.get()}, {door_.get()}));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);  // A window that does not grow.
  channel_ = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                       grpc::InsecureChannelCredentials(), arguments);
  stub_ = EchoService::NewStub(channel_);
}

EchoServer::~EchoServer() {
  server_->Shutdown();
  // Nothing calls any more; what is queued still runs.
  workers_.reset();
}

TokenClaims EchoServer::Claims() const {
  TokenClaims claims;
  claims.issue_time = clock_.Now();
  claims.expire_time = clock_.Now() + absl::Hours(1);
  return claims;
}

std::unique_ptr<grpc::ClientContext> EchoServer::Context(const std::string& token) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
  return context;
}

}  // namespace clarity::rpc::testing
