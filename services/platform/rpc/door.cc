#include "services/platform/rpc/door.h"

#include <optional>
#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/answer.h"
#include "services/platform/rpc/freshness.h"
#include "services/platform/storage/idempotency.h"

namespace clarity::rpc {
namespace {

using google::protobuf::Message;
using options::v1::MethodRule;

constexpr char kValidatedUrl[] = "clarity.rpc/validated";

// What the work of a validate_only call returns so that the store undoes it all. Never leaves the
// door.
absl::Status Validated() {
  absl::Status status = absl::AbortedError("validated only");
  status.SetPayload(kValidatedUrl, absl::Cord());
  return status;
}

absl::Status Overloaded() {
  return base::ResourceExhausted("OVERLOADED", "the server has more work than it takes",
                                 limits::kRetryAfter);
}

DoorParts WithDatabase(DoorParts parts, storage::Database* database) {
  parts.database = database;
  return parts;
}

}  // namespace

// A unary call from its arrival to its answer. Belongs to gRPC, which says in OnDone that it is
// done with it; that is never before Answer was called, and Answer is the last to touch it here.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  UnaryCall(Door* door, grpc::CallbackServerContext* context, const Message* request,
            Message* reply, Door::Kind kind, Door::Handler handler, Door::Afterwards afterwards)
      : door_(*door),
        context_(context),
        reply_(reply),
        kind_(kind),
        handler_(std::move(handler)),
        afterwards_(std::move(afterwards)),
        passage_(door->parts_, &door->limiters_, context, request) {}

  void Start() {
    door_.parts_.metrics->CallStarted();
    if (door_.closed_) return Answer(Stopping());
    absl::Status status = passage_.Admit();
    if (status.ok()) status = CheckKind();
    if (!status.ok()) return Answer(status);
    // Signatures take too long for the thread that receives calls.
    if (call().method->IsInline() && passage_.IsIdentified()) return Serve();
    if (!SubmitTask(door_.parts_, [this] { Serve(); })) Answer(Overloaded());
  }

 private:
  const Call& call() const { return passage_.call(); }

  // The service must serve a method the way the method is declared.
  absl::Status CheckKind() const {
    const Method& method = *call().method;
    const bool fits = method.IsWrite() == (kind_ == Door::Kind::kWrite) &&
                      (!method.IsInline() || kind_ == Door::Kind::kCompute);
    return fits ? absl::OkStatus() : absl::InternalError("served against its declaration");
  }

  void Serve() {
    const absl::Status status = passage_.Examine();
    if (!status.ok()) return Refuse(status);
    switch (kind_) {
      case Door::Kind::kRead:
        return Read();
      case Door::Kind::kWrite:
        return Write();
      case Door::Kind::kCompute:
        return AnswerRead(RunHandler(nullptr));
    }
  }

  void Read() {
    door_.parts_.database->Read(
        [this](storage::Transaction& transaction) {
          RETURN_IF_ERROR(CheckFreshness(transaction, call().freshness));
          return RunHandler(&transaction);
        },
        [this](const storage::Outcome& outcome) { AnswerRead(outcome.status); });
  }

  void AnswerRead(absl::Status status) {
    if (status.ok() && call().method->rule.audit() == MethodRule::AUDIT_ACCESS &&
        !door_.access_log_.Append(call())) {
      status = base::Unavailable("the access cannot be recorded now", limits::kRetryAfter);
    }
    Answer(status);
  }

  void Write() {
    body_hash_ = passage_.BodyHash();
    door_.parts_.database->Write(
        [this](storage::Transaction& transaction) { return WriteIn(transaction); },
        [this](const storage::Outcome& outcome) { OnStored(outcome); });
  }

  // May run more than once.
  absl::Status WriteIn(storage::Transaction& transaction) {
    // It may have waited long for its turn.
    RETURN_IF_ERROR(passage_.StillWanted());
    const std::string& method = call().method->name;
    const std::string& subject = call().principal.subject;
    if (call().validate_only) {
      RETURN_IF_ERROR(RunHandler(&transaction));
      return Validated();
    }
    ASSIGN_OR_RETURN(
        const std::optional<storage::StoredReply> stored,
        storage::FindReply(transaction, subject, call().request_id, method, body_hash_));
    replayed_positions_.clear();
    if (stored.has_value()) {
      replayed_positions_ = stored->positions;
      // Not undone but committed empty: the answer must wait until the first one is durable.
      return reply_->ParseFromString(stored->reply)
                 ? absl::OkStatus()
                 : absl::DataLossError("a stored reply does not parse");
    }
    RETURN_IF_ERROR(RunHandler(&transaction));
    RETURN_IF_ERROR(storage::StoreReply(transaction, subject, call().request_id, method, body_hash_,
                                        reply_->SerializeAsString(), call().now));
    return storage::AppendAudit(transaction, AuditRecordOf(call()));
  }

  void OnStored(const storage::Outcome& outcome) {
    if (outcome.status.GetPayload(kValidatedUrl).has_value()) return Answer(absl::OkStatus());
    if (!outcome.status.ok()) return Refuse(outcome.status);
    const std::string freshness =
        FormatFreshness(replayed_positions_.empty() ? outcome.positions : replayed_positions_);
    if (!freshness.empty()) context_->AddTrailingMetadata(kFreshnessKey, freshness);
    Answer(outcome.status);
  }

  void Refuse(const absl::Status& status) {
    refusal_ = status;
    const bool is_of_state = absl::IsFailedPrecondition(status);
    const bool is_of_request =
        is_of_state || absl::IsInvalidArgument(status) || absl::IsAborted(status);
    if (is_of_request && afterwards_.keep != nullptr && !call().validate_only) return Keep();
    if (is_of_state && afterwards_.explain != nullptr) return AnswerExplained();
    Answer(status);
  }

  // Where the store takes nothing now the caller is told that: who calls again is refused again,
  // and what is to be kept is kept then.
  void Keep() {
    door_.parts_.database->Write(
        [this, first = refusal_](storage::Transaction& transaction) -> absl::Status {
          refusal_ = first;
          ClearAudit();
          ASSIGN_OR_RETURN(const bool has_kept,
                           afterwards_.keep(call(), transaction, passage_.request(), &refusal_));
          if (!has_kept) return absl::OkStatus();
          return storage::AppendAudit(transaction, AuditRecordOf(call()));
        },
        [this](const storage::Outcome& outcome) {
          Answer(outcome.status.ok() ? refusal_ : outcome.status);
        });
  }

  void AnswerExplained() {
    const bool is_taken = SubmitTask(door_.parts_, [this] {
      afterwards_.explain(call(), passage_.request(), &refusal_);
      Answer(refusal_);
    });
    if (!is_taken) Answer(refusal_);
  }

  absl::Status RunHandler(storage::Transaction* transaction) {
    RETURN_IF_ERROR(passage_.StillWanted());
    reply_->Clear();
    ClearAudit();
    return handler_(call(), transaction, passage_.request(), reply_);
  }

  void ClearAudit() {
    call().audit_resource.clear();
    call().audit_reason.clear();
    call().audit_clinic.clear();
  }

  void Answer(const absl::Status& status) {
    const DoorParts& parts = door_.parts_;
    context_->AddTrailingMetadata(kCallIdKey, call().id);
    const absl::Time now = parts.clock->Now();
    const absl::Duration took = now - call().now;
    if (call().method != nullptr) {
      parts.metrics->CallEnded(*call().method, status.code(), took);
    }
    door_.call_log_.Record(call(), status, now, took, passage_.arrived());
    Finish(ToGrpcStatus(call(), status));
  }

  // The work itself looks for this where it would begin something: see StillWanted.
  void OnCancel() override { door_.parts_.metrics->CallerGone(); }
  void OnDone() override { delete this; }

  Door& door_;
  grpc::CallbackServerContext* const context_;
  Message* const reply_;
  const Door::Kind kind_;
  Door::Handler handler_;
  Door::Afterwards afterwards_;
  Passage passage_;
  std::string body_hash_;
  std::vector<storage::StreamPosition> replayed_positions_;  // of a request done before
  absl::Status refusal_;
};

Door::Door(const DoorParts& parts, absl::Duration heartbeat_every)
    : database_(parts.database),
      parts_(WithDatabase(parts, &database_)),
      heartbeat_every_(heartbeat_every),
      access_log_(&database_) {}

Door::~Door() = default;

Door::Refusal Door::RefuseMalformed() {
  Call call;
  call.now = parts_.clock->Now();
  call.id = base::NewId(call.now, *parts_.random);
  const absl::Status status =
      base::InvalidReason("INVALID_REQUEST", "the bytes are not of such a request");
  call_log_.Record(call, status, call.now, absl::ZeroDuration(), google::protobuf::Empty());
  return {call.id, ToGrpcStatus(call, status)};
}

void Door::Tick() {
  parts_.authenticator->Refresh();
  database_.Tick();
  access_log_.Retry();
  open_streams_.Tick();
}

void Door::Close() {
  closed_ = true;
  open_streams_.EndAll();
}

grpc::ServerUnaryReactor* Door::Run(grpc::CallbackServerContext* context, const Message* request,
                                    Message* reply, Kind kind, Handler handler,
                                    Afterwards afterwards) {
  auto* call =
      new UnaryCall(this, context, request, reply, kind, std::move(handler), std::move(afterwards));
  call->Start();
  return call;
}

std::shared_ptr<Pump> Door::MakePump(grpc::CallbackServerContext* context, const Message* request,
                                     Pump::Outlet* outlet) {
  auto passage = std::make_unique<Passage>(parts_, &limiters_, context, request);
  return std::make_shared<Pump>(parts_, &call_log_, &access_log_, &open_streams_, heartbeat_every_,
                                std::move(passage), outlet);
}

}  // namespace clarity::rpc
