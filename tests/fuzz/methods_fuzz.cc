// Calls of every method of both services, by every kind of caller, made up by their types: whatever
// is asked, nobody crashes, hangs or is told INTERNAL, and every refusal has its reason.
//
// A server lives for a while of inputs. These are kept, in order, in the directory
// $CLARITY_FUZZ_INPUTS: a failure that none of them brings about alone, all together do.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "clients/core/errors.h"
#include "google/protobuf/any.pb.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "services/consultation/service.h"
#include "services/scheduling/service.h"
#include "tests/fuzz/calls.pb.h"
#include "tests/fuzz/message_maker.h"
#include "tests/support/clinic_server.h"
#include "tests/support/consultation_connections.h"
#include "tests/support/policies.h"
#include "tests/support/requests.h"
#include "tests/support/results.h"

namespace clarity::fuzz {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kInputsPerServer = 200;
constexpr int kCallsMax = 12;
constexpr unsigned kMinutesMax = 7 * 24 * 60;
constexpr absl::Duration kPatience = absl::Seconds(20);

std::unique_ptr<Message> New(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

const std::vector<const MethodDescriptor*>& Methods() {
  static const auto* const methods = [] {
    auto* found = new std::vector<const MethodDescriptor*>;
    auto services = scheduling::Descriptors();
    for (const auto* service : consultation::Descriptors()) services.push_back(service);
    for (const auto* service : services) {
      for (int i = 0; i < service->method_count(); ++i) found->push_back(service->method(i));
    }
    return found;
  }();
  return *methods;
}

const MethodDescriptor* MethodOf(const google::protobuf::Any& request) {
  for (const MethodDescriptor* method : Methods()) {
    if (absl::EndsWith(request.type_url(), absl::StrCat("/", method->input_type()->full_name()))) {
      return method;
    }
  }
  return nullptr;
}

const Words& KnownWords() {
  static const auto* const words = [] {
    auto* known = new Words;
    known->Learn(tests::TestCatalog());
    known->Learn(tests::TestPolicy());
    return known;
  }();
  return *words;
}

// -- The server -----------------------------------------------------------------------------------

// With one of each kind who calls it.
class Clinic {
 public:
  Clinic() {
    const auto operator_ = tests::ConnectConsultation(
        server_.consultation_address(), server_.Token(tests::Claims("operator", "OPERATOR")));
    consultation::v1::ApplyPolicyRequest apply;
    *apply.mutable_policy() = tests::TestPolicy();
    tests::Value(operator_.AsOperator().ApplyPolicy(apply));
    for (const char* role : {"AGENT", "STAFF", "CLINICIAN", "OPERATOR", "SERVICE", "PATIENT"}) {
      auto claims = tests::Claims(absl::StrCat("the-", role), role);
      if (claims.roles[0] == "CLINICIAN") claims.practitioner = "practitioners/dr-okafor";
      if (claims.roles[0] == "PATIENT") claims.patient = "patients/ada";
      tokens_.push_back(server_.Token(claims));
    }
    tokens_.emplace_back();  // nobody
    channel_ = grpc::CreateChannel(server_.address(), grpc::InsecureChannelCredentials());
    stub_ = std::make_unique<Stub>(channel_);
  }

  void Run(const Calls& calls) {
    names_.clear();
    for (const Call& call : calls.calls()) Run(call);
  }

 private:
  using Stub = grpc::TemplatedGenericStub<Message, Message>;

  void Run(const Call& call) {
    const MethodDescriptor* method = MethodOf(call.request());
    if (method == nullptr) return;
    const auto request = New(method->input_type());
    if (!request->ParseFromString(call.request().value())) return;
    PutNames(request.get());
    server_.clock().Advance(absl::Minutes(call.minutes() % kMinutesMax));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    const std::string& token = tokens_[call.caller() % tokens_.size()];
    if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    const std::string path = absl::StrCat("/", method->service()->full_name(), "/", method->name());
    const auto reply = New(method->output_type());
    Judge(*method, *request,
          method->server_streaming() ? Watch(&context, path, *request, reply.get())
                                     : Ask(&context, path, *request, reply.get()));
    LearnNames(*reply);
  }

  grpc::Status Ask(grpc::ClientContext* context, const std::string& path, const Message& request,
                   Message* reply) {
    grpc::Status status;
    absl::Notification answered;
    stub_->UnaryCall(context, path, grpc::StubOptions(), &request, reply, [&](grpc::Status answer) {
      status = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    return status;
  }

  // Until the first answer, or the end where there is none.
  grpc::Status Watch(grpc::ClientContext* context, const std::string& path, const Message& request,
                     Message* reply) {
    grpc::CompletionQueue queue;
    const auto next = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      return queue.Next(&tag, &ok) && ok;
    };
    const auto stream = stub_->PrepareCall(context, path, &queue);
    stream->StartCall(nullptr);
    bool goes_on = next();
    if (goes_on) {
      stream->WriteLast(request, grpc::WriteOptions(), nullptr);
      goes_on = next();
    }
    if (goes_on) {
      stream->Read(reply, nullptr);
      goes_on = next();
    }
    if (goes_on) context->TryCancel();
    grpc::Status status;
    stream->Finish(&status, nullptr);
    next();
    queue.Shutdown();
    while (next()) {
    }
    return goes_on ? grpc::Status::OK : status;
  }

  static void Judge(const MethodDescriptor& method, const Message& request,
                    const grpc::Status& status) {
    if (status.ok()) return;
    const absl::Status told = client::FromGrpc(status);
    const bool is_answer = !absl::IsInternal(told) && !absl::IsUnknown(told) &&
                           !absl::IsDeadlineExceeded(told) && !absl::IsDataLoss(told) &&
                           !absl::IsUnimplemented(told);
    if (is_answer && !client::ReasonOf(told).empty()) return;
    std::fprintf(stderr, "%s\n%s\nwas answered with: %s\n", method.full_name().c_str(),
                 request.DebugString().c_str(), told.ToString().c_str());
    std::abort();
  }

  // -- Names: what a reply has told of can be named in what follows ------------------------------

  void LearnNames(const Message& reply) {
    ForEachText(const_cast<Message*>(&reply), [&](std::string* text) {
      const size_t slash = text->find('/');
      if (slash != std::string::npos) names_[text->substr(0, slash)].push_back(*text);
      return false;
    });
  }

  void PutNames(Message* request) {
    ForEachText(request, [&](std::string* text) {
      const size_t at = text->find("/$");
      size_t back = 0;
      if (at == std::string::npos || !absl::SimpleAtoi(text->substr(at + 2), &back)) return false;
      const auto& known = names_[text->substr(0, at)];
      if (known.empty()) return false;
      *text = known[known.size() - 1 - back % known.size()];
      return true;
    });
  }

  // `visit` says whether it has changed the text.
  template <typename Visit>
  static void ForEachText(Message* message, const Visit& visit) {
    const auto& reflection = *message->GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    reflection.ListFields(*message, &fields);
    for (const auto* field : fields) {
      const int count = field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (field->cpp_type() == field->CPPTYPE_MESSAGE) {
          ForEachText(field->is_repeated() ? reflection.MutableRepeatedMessage(message, field, i)
                                           : reflection.MutableMessage(message, field),
                      visit);
        } else if (field->type() == field->TYPE_STRING) {
          std::string text = field->is_repeated() ? reflection.GetRepeatedString(*message, field, i)
                                                  : reflection.GetString(*message, field);
          if (!visit(&text)) continue;
          if (field->is_repeated()) {
            reflection.SetRepeatedString(message, field, i, text);
          } else {
            reflection.SetString(message, field, text);
          }
        }
      }
    }
  }

  tests::ClinicServer server_;
  std::vector<std::string> tokens_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
  std::map<std::string, std::vector<std::string>> names_;  // by collection, in their order
};

// -- Inputs ---------------------------------------------------------------------------------------

Clinic& ClinicFor(const std::string& input) {
  static auto* clinic = new std::unique_ptr<Clinic>;
  static int inputs = 0;
  const char* const directory = std::getenv("CLARITY_FUZZ_INPUTS");
  if (inputs % kInputsPerServer == 0) {
    clinic->reset();
    *clinic = std::make_unique<Clinic>();
    if (directory != nullptr) std::filesystem::remove_all(directory);
  }
  if (directory != nullptr) {
    std::filesystem::create_directories(directory);
    std::ofstream(absl::StrFormat("%s/%03d", directory, inputs % kInputsPerServer)) << input;
  }
  ++inputs;
  return **clinic;
}

void AddCall(MessageMaker* maker, Calls* calls) {
  const MethodDescriptor* method = Methods()[maker->Pick(Methods().size())];
  const auto request = New(method->input_type());
  maker->Fill(request.get());
  Call& call = *calls->add_calls();
  call.set_caller(static_cast<unsigned>(maker->Pick(7)));
  if (maker->OneIn(6)) call.set_minutes(static_cast<unsigned>(maker->Pick(kMinutesMax)));
  call.mutable_request()->PackFrom(*request);
}

void ChangeRequest(MessageMaker* maker, Call* call) {
  const MethodDescriptor* method = MethodOf(call->request());
  if (method == nullptr) return;
  const auto request = New(method->input_type());
  if (!request->ParseFromString(call->request().value())) return;
  maker->Change(request.get());
  call->mutable_request()->PackFrom(*request);
}

void Change(MessageMaker* maker, Calls* calls) {
  const int count = calls->calls_size();
  if (count == 0 || (count < kCallsMax && maker->OneIn(4))) return AddCall(maker, calls);
  const auto at = static_cast<int>(maker->Pick(static_cast<size_t>(count)));
  switch (maker->Pick(8)) {
    case 0:
      calls->mutable_calls()->SwapElements(at, count - 1);
      return calls->mutable_calls()->RemoveLast();
    case 1:
      if (count < kCallsMax) *calls->add_calls() = Call(calls->calls(at));
      return;
    case 2:
      return calls->mutable_calls(at)->set_caller(static_cast<unsigned>(maker->Pick(7)));
    default:
      return ChangeRequest(maker, calls->mutable_calls(at));
  }
}

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  clarity::fuzz::Calls calls;
  if (!calls.ParseFromArray(data, static_cast<int>(size))) return 0;
  const std::string input(reinterpret_cast<const char*>(data), size);
  clarity::fuzz::ClinicFor(input).Run(calls);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned seed) {
  clarity::fuzz::MessageMaker maker(seed, clarity::fuzz::KnownWords());
  clarity::fuzz::Calls calls;
  if (!calls.ParseFromArray(data, static_cast<int>(size))) calls.Clear();
  for (size_t changes = 1 + maker.Pick(3); changes > 0; --changes) {
    clarity::fuzz::Change(&maker, &calls);
  }
  while (calls.ByteSizeLong() > size_max) calls.mutable_calls()->RemoveLast();
  calls.SerializeToArray(data, static_cast<int>(size_max));
  return calls.ByteSizeLong();
}
