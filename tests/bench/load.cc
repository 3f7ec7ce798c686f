#include "tests/bench/load.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/core/channel.h"
#include "tests/support/results.h"

namespace clarity::bench {
namespace {

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  client::ChannelOptions options;
  options.server = address;
  return tests::Value(client::MakeChannel(options));
}

}  // namespace

grpc::ByteBuffer Serialised(const google::protobuf::Message& request) {
  const grpc::Slice slice(request.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

void Parse(grpc::ByteBuffer buffer, google::protobuf::Message* reply) {
  grpc::ProtoBufferReader reader(&buffer);
  if (!reply->ParseFromZeroCopyStream(&reader)) throw std::runtime_error("a reply does not parse");
}

const grpc::ByteBuffer* Requests::Next() {
  if (next_ == buffers_.size() && use_ == Use::kRoundAndRound) next_ = 0;
  return next_ < buffers_.size() ? &buffers_[next_++] : nullptr;
}

// One call on its way.
struct Load::Call {
  std::optional<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer reply;
  grpc::Status status;
};

Load::Load(const tests::ClaritydProcess& server, std::string method, const std::string& role)
    : method_(std::move(method)), stub_(ChannelTo(server.address())) {
  for (int i = 0; i < kSubjects; ++i) {
    authorizations_.push_back(
        absl::StrCat("Bearer ", server.Token(absl::StrCat("caller-", i), role)));
  }
}

void Load::Begin(const grpc::ByteBuffer& request, Call* call) {
  call->context.emplace();
  call->context->AddMetadata("authorization", authorizations_[turn_++ % kSubjects]);
  call->reply.Clear();
  call->reader = stub_.PrepareUnaryCall(&*call->context, method_, request, &queue_);
  call->reader->StartCall();
  call->reader->Finish(&call->reply, &call->status, call);
}

std::vector<grpc::ByteBuffer> Load::CallEach(const std::vector<grpc::ByteBuffer>& requests) {
  std::vector<grpc::ByteBuffer> replies;
  for (const grpc::ByteBuffer& request : requests) {
    Call call;
    Begin(request, &call);
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    if (!call.status.ok()) throw std::runtime_error(call.status.error_message());
    replies.push_back(std::move(call.reply));
  }
  return replies;
}

Outcome Load::Run(int callers, absl::Duration time, Requests* requests) {
  Outcome outcome;
  const absl::Time begin = absl::Now();
  const absl::Time end = begin + time;
  std::vector<Call> calls(static_cast<size_t>(callers));
  int under_way = 0;
  const auto begin_next = [&](Call* call) {
    const grpc::ByteBuffer* request = absl::Now() < end ? requests->Next() : nullptr;
    if (request == nullptr) return;
    Begin(*request, call);
    ++under_way;
  };
  for (Call& call : calls) begin_next(&call);
  while (under_way > 0) {
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    --under_way;
    Call* const call = static_cast<Call*>(tag);
    if (call->status.ok()) {
      ++outcome.succeeded;
    } else {
      ++outcome.refused;
      outcome.refusal = call->status.error_message();
    }
    begin_next(call);
  }
  outcome.taken = absl::Now() - begin;
  return outcome;
}

}  // namespace clarity::bench
