#include "clients/core/caller.h"

#include "absl/strings/str_cat.h"
#include "clients/core/errors.h"

namespace clarity::client {
namespace {

constexpr char kAuthorization[] = "authorization";
constexpr char kFreshness[] = "clarity-freshness";

}  // namespace

absl::Status Caller::Prepare(const google::protobuf::Message& request,
                             const CallOptions& call_options, grpc::ClientContext* context) {
  Credentials* credentials = call_options.credentials != nullptr ? call_options.credentials.get()
                                                                 : options_.credentials.get();
  if (credentials != nullptr) {
    absl::StatusOr<std::string> token = credentials->Token();
    if (!token.ok()) return token.status();
    if (!token->empty()) context->AddMetadata(kAuthorization, absl::StrCat("Bearer ", *token));
  }
  if (IsRead(request)) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!freshness_.empty()) context->AddMetadata(kFreshness, freshness_);
  }
  return absl::OkStatus();
}

absl::Status Caller::Run(const google::protobuf::Message& request, const CallOptions& call_options,
                         const Attempt& attempt) {
  const absl::Time deadline =
      options_.environment.now() + call_options.deadline.value_or(options_.deadline);
  if (options_.outage != nullptr) {
    const absl::Status lost = options_.outage->failure();
    if (!lost.ok()) return lost;
  }
  RetryLoop retry(options_.retry, IsIdempotent(request), deadline, options_.environment);
  Interrupt* const interrupt = options_.interrupt.get();
  const auto given_up = [interrupt] { return interrupt != nullptr && interrupt->cancelled(); };
  for (bool first = true;; first = false) {
    grpc::ClientContext context;
    const Interrupt::Watched watched(interrupt, &context);
    context.set_deadline(absl::ToChronoTime(retry.AttemptDeadline()));
    // A connection is only made while a call waits for one: without this, attempts that fail at
    // once would go on failing after the server is back.
    context.set_wait_for_ready(!first);
    absl::Status prepared = Prepare(request, call_options, &context);
    if (!prepared.ok()) return prepared;
    absl::Status status = FromGrpc(attempt(&context));
    if (status.ok()) {
      NoteFreshness(context);
      return status;
    }
    absl::Status waited = given_up() ? status : retry.WaitAfter(status);
    if (given_up()) return absl::CancelledError("given up by the caller");
    if (waited.ok()) continue;
    if (options_.outage != nullptr) options_.outage->Note(waited);
    return waited;
  }
}

void Caller::NoteFreshness(const grpc::ClientContext& context) {
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto found = trailing.find(kFreshness);
  if (found == trailing.end()) return;
  std::lock_guard<std::mutex> lock(mutex_);
  freshness_.assign(found->second.data(), found->second.size());
}

}  // namespace clarity::client
