#ifndef CLARITY_TESTS_SIMULATION_DESK_H_
#define CLARITY_TESTS_SIMULATION_DESK_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "tests/simulation/model.h"
#include "tests/simulation/server.h"

namespace clarity::simulation {

// One call, from the request to what came of it.
struct Call {
  Model::Caller caller;
  std::string request_id;  // empty: it reads, or only asks whether
  std::shared_ptr<google::protobuf::Message> request;
  std::shared_ptr<google::protobuf::Message> reply;
  std::function<std::string(Model*, const absl::Status&)> tell;
  std::function<Call()> again;  // the same once more, with room for another reply

  absl::Time time;
  absl::Status status;
};

template <typename Reply, typename Request>
Call MakeCall(const Model::Caller& caller, const Request& request) {
  Call call;
  call.caller = caller;
  auto asked = std::make_shared<Request>(request);
  auto answered = std::make_shared<Reply>();
  call.request = asked;
  call.reply = answered;
  call.tell = [caller, asked, answered](Model* model, const absl::Status& status) {
    return model->Tell(caller, *asked, status, *answered);
  };
  call.again = [caller, asked] { return MakeCall<Reply>(caller, *asked); };
  return call;
}

// Where the callers sit: brings their calls to the server and waits for the answers.
class Desk {
 public:
  // Both outlive it.
  Desk(const Premises* premises, Progress* progress);

  // The server outlives the next call of this.
  void Connect(Server* server);

  // All of them in one commit, in this order.
  void SendTogether(std::vector<Call>* calls);

  template <typename Reply, typename Request>
  absl::StatusOr<Reply> Read(const Model::Caller& caller, const Request& request) {
    Reply reply;
    const absl::Status status = Send(caller, request, &reply);
    if (!status.ok()) return status;
    return reply;
  }

  const std::string& Token(const Model::Caller& caller) const { return tokens_.at(caller.subject); }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

 private:
  using Stub = grpc::TemplatedGenericStub<google::protobuf::Message, google::protobuf::Message>;
  struct UnderWay;

  absl::Status Send(const Model::Caller& caller, const google::protobuf::Message& request,
                    google::protobuf::Message* reply);
  void Begin(const Model::Caller& caller, const google::protobuf::Message& request,
             google::protobuf::Message* reply, UnderWay* under_way);

  Progress& progress_;
  std::map<std::string, std::string> tokens_;                           // by subject
  std::map<const google::protobuf::Descriptor*, std::string> methods_;  // by request
  Server* server_ = nullptr;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

// Who calls.
const std::vector<Model::Caller>& Bookers();  // agents, staff, a service
const Model::Caller& Staff();
const Model::Caller& Service();
const Model::Caller& Operator();

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_DESK_H_
