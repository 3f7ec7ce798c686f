#include "clients/admin/call.h"

#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clarity/consultation/v1/clearance_service.pb.h"
#include "clarity/consultation/v1/episode_service.pb.h"
#include "clarity/consultation/v1/evaluation_service.pb.h"
#include "clarity/consultation/v1/outcome_service.pb.h"
#include "clarity/consultation/v1/patient_service.pb.h"
#include "clarity/consultation/v1/plan_service.pb.h"
#include "clarity/consultation/v1/policy_service.pb.h"
#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "clients/core/caller.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/impl/codegen/client_unary_call.h"

namespace clarity::client {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

std::vector<const ServiceDescriptor*> AllServices() {
  std::vector<const ServiceDescriptor*> services;
  for (const auto* request : {scheduling::v1::ApplyCatalogRequest::descriptor(),
                              scheduling::v1::PutOrderRequest::descriptor(),
                              scheduling::v1::FindSlotsRequest::descriptor(),
                              consultation::v1::CreatePatientRequest::descriptor(),
                              consultation::v1::OpenEpisodeRequest::descriptor(),
                              consultation::v1::EvaluateEpisodeRequest::descriptor(),
                              consultation::v1::DecideClearanceRequest::descriptor(),
                              consultation::v1::DraftPlanRequest::descriptor(),
                              consultation::v1::ListScalesRequest::descriptor(),
                              consultation::v1::ApplyPolicyRequest::descriptor()}) {
    services.push_back(request->file()->service(0));
  }
  return services;
}

std::string ShortNameOf(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->name(), ".", method.name());
}

// By the short or the full name, with a dot or a slash; null where there is none.
const MethodDescriptor* FindMethod(const std::string& name) {
  const std::string dotted = absl::StrReplaceAll(name, {{"/", "."}});
  for (const ServiceDescriptor* service : AllServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor* method = service->method(i);
      if (dotted == ShortNameOf(*method) || dotted == method->full_name()) return method;
    }
  }
  return nullptr;
}

ExitCode ListMethods(const Console& console) {
  for (const ServiceDescriptor* service : AllServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      *console.out << ShortNameOf(method) << (method.server_streaming() ? "  (streams)" : "")
                   << '\n';
    }
  }
  return kExitOk;
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

absl::StatusOr<std::string> ReadRequest(const CallCommand& command, const Console& console) {
  if (command.file.empty()) return command.json.empty() ? "{}" : command.json;
  const auto read = [](std::istream& in) {
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  if (command.file == "-") return read(*console.in);
  std::ifstream in(command.file, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat("cannot read ", command.file));
  return read(in);
}

}  // namespace

Invoke InvokeOver(std::shared_ptr<grpc::Channel> channel, const Options& options) {
  return [channel = std::move(channel), caller = std::make_shared<Caller>(options)](
             const std::string& path, Message* request, Message* reply) {
    const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
                                           channel);
    return caller->Invoke(request, {}, [&](grpc::ClientContext* context) {
      reply->Clear();
      return grpc::internal::BlockingUnaryCall<Message, Message>(channel.get(), method, context,
                                                                 *request, reply);
    });
  };
}

ExitCode CallMethod(const CallCommand& command, const Invoke& invoke, const Console& console) {
  if (command.method.empty()) return ListMethods(console);
  const MethodDescriptor* method = FindMethod(command.method);
  if (method == nullptr || method->server_streaming()) {
    return Report(console,
                  absl::InvalidArgumentError(absl::StrCat(
                      command.method, method == nullptr
                                          ? " is no method; `clarityctl call` lists those there are"
                                          : " streams: take the client library for it")));
  }
  const auto json = ReadRequest(command, console);
  if (!json.ok()) return Report(console, json.status());
  const auto request = NewMessage(method->input_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(*json, request.get());
  if (!parsed.ok()) {
    return Report(console, absl::InvalidArgumentError(
                               absl::StrCat("the request is no ", method->input_type()->name(),
                                            ": ", std::string(parsed.message()))));
  }
  const auto reply = NewMessage(method->output_type());
  const absl::Status called =
      invoke(absl::StrCat("/", method->service()->full_name(), "/", method->name()), request.get(),
             reply.get());
  if (!called.ok()) return ReportJson(console, called);
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  std::string text;
  const auto printed = google::protobuf::util::MessageToJsonString(*reply, &text, print);
  if (!printed.ok()) return Report(console, absl::InternalError("the reply cannot be shown"));
  *console.out << text;
  return kExitOk;
}

}  // namespace clarity::client
