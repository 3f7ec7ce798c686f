#ifndef CLARITY_CLIENTS_ADMIN_CALL_H_
#define CLARITY_CLIENTS_ADMIN_CALL_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "clients/core/options.h"
#include "clients/terminal/console.h"
#include "clients/terminal/failure.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"

namespace clarity::client {

// One call of a method that streams nothing: its path ("/clarity.x.v1.YService/Z"), what is asked,
// and where the answer goes.
using Invoke = std::function<absl::Status(
    const std::string& path, google::protobuf::Message* request, google::protobuf::Message* reply)>;

Invoke InvokeOver(std::shared_ptr<grpc::Channel> channel, const Options& options);

struct CallCommand {
  std::string method;  // "PlanService.GetPlan"; empty: list what there is
  std::string json;    // the request; empty: an empty one, unless there is a file
  std::string file;    // with the request; "-": the standard input
};

// `clarityctl call`: any method of any service of Clarity, with a request and a reply as JSON. For
// trying out, and for scripts.
ExitCode CallMethod(const CallCommand& command, const Invoke& invoke, const Console& console);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_CALL_H_
