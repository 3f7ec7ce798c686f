#include "tests/simulation/desk.h"

#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/core/errors.h"
#include "services/scheduling/service.h"

namespace clarity::simulation {

using google::protobuf::Message;

// One that the server has not answered yet.
struct Desk::UnderWay {
  grpc::ClientContext context;
  grpc::Status status;
  bool is_answered = false;  // under the mutex of the progress
};

const std::vector<Model::Caller>& Bookers() {
  static const auto* const bookers = new std::vector<Model::Caller>{
      {"agent-1", "AGENT"}, {"agent-2", "AGENT"}, {"front-desk", "STAFF"}, {"care", "SERVICE"}};
  return *bookers;
}
const Model::Caller& Staff() { return Bookers()[2]; }
const Model::Caller& Service() { return Bookers()[3]; }
const Model::Caller& Operator() {
  static const auto* const caller = new Model::Caller{"operator", "OPERATOR"};
  return *caller;
}

Desk::Desk(const Premises* premises, Progress* progress) : progress_(*progress) {
  for (const Model::Caller& caller : Bookers()) {
    tokens_[caller.subject] = premises->Token(caller.subject, caller.role);
  }
  tokens_[Operator().subject] = premises->Token(Operator().subject, Operator().role);
  for (const auto* service : scheduling::Descriptors()) {
    for (int i = 0; i < service->method_count(); ++i) {
      methods_[service->method(i)->input_type()] =
          absl::StrCat("/", service->full_name(), "/", service->method(i)->name());
    }
  }
}

void Desk::Connect(Server* server) {
  stub_.reset();
  channel_.reset();
  server_ = server;
  if (server == nullptr) return;
  channel_ = server->Connect();
  stub_ = std::make_unique<Stub>(channel_);
}

void Desk::Begin(const Model::Caller& caller, const Message& request, Message* reply,
                 UnderWay* under_way) {
  under_way->context.AddMetadata("authorization", absl::StrCat("Bearer ", Token(caller)));
  stub_->UnaryCall(&under_way->context, methods_.at(request.GetDescriptor()), grpc::StubOptions(),
                   &request, reply, [this, under_way](grpc::Status status) {
                     progress_.Note([&] {
                       under_way->status = std::move(status);
                       under_way->is_answered = true;
                     });
                   });
}

absl::Status Desk::Send(const Model::Caller& caller, const Message& request, Message* reply) {
  UnderWay under_way;
  Begin(caller, request, reply, &under_way);
  progress_.Await([&] { return under_way.is_answered; });
  server_->database().AwaitStillness();
  return client::FromGrpc(under_way.status);
}

// Each goes off when the one before has come to the store, or to nothing.
void Desk::SendTogether(std::vector<Call>* calls) {
  StepwiseDatabase& database = server_->database();
  const bool is_group = calls->size() > 1;
  if (is_group) database.Hold();
  std::deque<UnderWay> under_way;
  for (Call& call : *calls) {
    int arrived = 0;
    progress_.Note([&] { arrived = database.arrived(); });
    UnderWay& last = under_way.emplace_back();
    Begin(call.caller, *call.request, call.reply.get(), &last);
    progress_.Await([&] { return last.is_answered || database.arrived() > arrived; });
  }
  if (is_group) database.Release();
  for (size_t i = 0; i < calls->size(); ++i) {
    progress_.Await([&] { return under_way[i].is_answered; });
    (*calls)[i].status = client::FromGrpc(under_way[i].status);
  }
  database.AwaitStillness();
}

}  // namespace clarity::simulation
