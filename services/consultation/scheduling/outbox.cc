#include "services/consultation/scheduling/outbox.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/consultation/limits.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/storage/record.h"

namespace clarity::consultation {
namespace {

using storage::Change;
using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

constexpr char kStream[] = "to-scheduling";
constexpr char kPutOrder[] = "put-order";
constexpr char kRevokeOrder[] = "revoke-order";
constexpr char kReassignPatient[] = "reassign-patient";

constexpr Sql kReadPosition = {"SELECT position FROM outbox_delivered WHERE id = 1"};
constexpr Sql kWritePosition = {
    "INSERT INTO outbox_delivered (id, position) VALUES (1, $1) "
    "ON CONFLICT (id) DO UPDATE SET position = $1"};
constexpr Sql kReadStanding = {
    "SELECT waiting, attempts, attempt_time, refusal, uncovered FROM outbox_standing "
    "WHERE resource_name = $1"};
constexpr Sql kNoteWaiting = {
    "INSERT INTO outbox_standing (resource_name, waiting, attempts, attempt_time, refusal, "
    "uncovered) VALUES ($1, 1, 0, 0, '', '') "
    "ON CONFLICT (resource_name) DO UPDATE SET waiting = outbox_standing.waiting + 1, "
    "attempts = CASE WHEN outbox_standing.waiting = 0 THEN 0 ELSE outbox_standing.attempts END"};
constexpr Sql kNoteAttempt = {
    "UPDATE outbox_standing SET attempts = attempts + 1, attempt_time = $2 "
    "WHERE resource_name = $1"};
constexpr Sql kNoteDelivered = {
    "UPDATE outbox_standing SET waiting = waiting - 1, "
    "attempts = CASE WHEN waiting = 1 THEN attempts + 1 ELSE 0 END, attempt_time = $2, "
    "refusal = $3, uncovered = $4 WHERE resource_name = $1"};

absl::StatusOr<int64_t> ReadDelivered(Transaction& transaction) {
  int64_t position = 0;
  RETURN_IF_ERROR(transaction.Query(kReadPosition, {}, [&](const Row& row) {
    position = row.Integer(0);
    return absl::OkStatus();
  }));
  return position;
}

// Whether the same message may be taken another time: scheduling is away, busy, or cannot tell.
bool MayBeMended(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
      return false;
    default:
      return true;
  }
}

template <typename Request>
absl::StatusOr<Request> Parse(const Change& change) {
  ASSIGN_OR_RETURN(auto request, storage::ParseRecord<Request>(change.body));
  // The same at every attempt, also after a crash.
  request.set_request_id(absl::StrCat("consultation-", kStream, "-", change.position));
  return request;
}

}  // namespace

// Wakes the thread; outlives the outbox where a notification is still on its way.
class Outbox::Wake final : public rpc::Notifier::Listener {
 public:
  void OnNotify() override {
    {
      base::MutexLock lock(&mutex_);
      woken_ = true;
    }
    changed_.NotifyAll();
  }

  void Stop() {
    {
      base::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    changed_.NotifyAll();
  }

  // Until there may be something to do, or so much time has passed; false: it is to end.
  bool Wait(absl::Duration time, bool until_woken) {
    base::MutexLock lock(&mutex_);
    if (!stopping_ && !(until_woken && woken_)) changed_.WaitFor(&mutex_, time);
    woken_ = false;
    return !stopping_;
  }

 private:
  base::Mutex mutex_;
  base::CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

Outbox::Outbox(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock)
    : database_(*database), notifier_(*notifier), clock_(*clock), wake_(std::make_shared<Wake>()) {}

Outbox::~Outbox() { Stop(); }

absl::Status Outbox::Put(Transaction& transaction,
                         const scheduling::v1::PutOrderRequest& request) const {
  return Append(transaction, kPutOrder, request.order().name(), request.SerializeAsString());
}

absl::Status Outbox::Put(Transaction& transaction,
                         const scheduling::v1::RevokeOrderRequest& request) const {
  return Append(transaction, kRevokeOrder, request.name(), request.SerializeAsString());
}

absl::Status Outbox::Put(Transaction& transaction,
                         const scheduling::v1::ReassignPatientRequest& request) const {
  return Append(transaction, kReassignPatient, request.from_patient(), request.SerializeAsString());
}

absl::Status Outbox::Append(Transaction& transaction, const char* kind, const std::string& name,
                            std::string body) const {
  RETURN_IF_ERROR(transaction.Execute(kNoteWaiting, {Value::Text(name)}).status());
  transaction.AppendChange(kStream, kind, name, std::move(body));
  transaction.OnCommit([notifier = &notifier_] { notifier->Notify(kStream); });
  return absl::OkStatus();
}

absl::StatusOr<Outbox::Standing> Outbox::StandingOf(Transaction& transaction,
                                                    absl::string_view resource_name) const {
  Standing standing;
  RETURN_IF_ERROR(
      transaction.Query(kReadStanding, {Value::Text(resource_name)}, [&](const Row& row) {
        standing.waiting = row.Integer(0);
        standing.attempts = static_cast<int>(row.Integer(1));
        standing.attempt_time = row.Time(2);
        standing.refusal = std::string(row.Text(3));
        standing.uncovered = absl::StrSplit(row.Text(4), '\n', absl::SkipEmpty());
        return absl::OkStatus();
      }));
  return standing;
}

void Outbox::Follow(std::shared_ptr<client::OrderConnection> orders) {
  orders_ = std::move(orders);
  notifier_.Subscribe({kStream}, wake_);
  thread_ = std::thread([this] { Run(); });
}

void Outbox::Stop() {
  if (!thread_.joinable()) return;
  notifier_.Unsubscribe({kStream}, wake_);
  wake_->Stop();
  thread_.join();
}

absl::StatusOr<int64_t> Outbox::Tidy(Transaction& transaction) const {
  ASSIGN_OR_RETURN(const int64_t delivered, ReadDelivered(transaction));
  ASSIGN_OR_RETURN(const int64_t last, storage::LastPosition(transaction, kStream));
  return storage::TrimChanges(transaction, kStream, last - delivered);
}

void Outbox::Run() {
  bool is_away = false;  // said once, not at every attempt
  bool goes_on = true;
  while (goes_on) {
    const auto carried = CarryAll();
    if (carried.ok() == is_away) {
      is_away = !carried.ok();
      base::Log(is_away ? base::LogLevel::kWarning : base::LogLevel::kInfo,
                is_away ? "scheduling takes no messages" : "scheduling takes messages again",
                {{"error", std::string(carried.status().message())}});
    }
    if (!carried.ok()) {
      goes_on = wake_->Wait(limits::kSchedulingRetryEvery, /*until_woken=*/false);
    } else if (*carried < limits::kOutboxBatch) {
      goes_on = wake_->Wait(limits::kOutboxLookAgainEvery, /*until_woken=*/true);
    } else {
      goes_on = wake_->Wait(absl::ZeroDuration(), /*until_woken=*/false);
    }
  }
}

absl::StatusOr<int> Outbox::CarryAll() {
  std::vector<Change> changes;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t position, ReadDelivered(transaction));
    ASSIGN_OR_RETURN(changes,
                     storage::ReadChanges(transaction, kStream, position, limits::kOutboxBatch));
    return absl::OkStatus();
  }));
  for (const Change& change : changes) {
    const auto outcome = Carry(change);
    if (!outcome.ok() && MayBeMended(outcome.status())) {
      RETURN_IF_ERROR(RememberAttempt(change));
      return outcome.status();
    }
    RETURN_IF_ERROR(Remember(change, outcome));
  }
  return static_cast<int>(changes.size());
}

absl::StatusOr<Outbox::Uncovered> Outbox::Carry(const Change& change) {
  if (change.kind == kPutOrder) {
    ASSIGN_OR_RETURN(const auto request, Parse<scheduling::v1::PutOrderRequest>(change));
    ASSIGN_OR_RETURN(const auto reply, orders_->PutOrder(request, {}));
    return reply.uncovered_appointments();
  }
  if (change.kind == kRevokeOrder) {
    ASSIGN_OR_RETURN(const auto request, Parse<scheduling::v1::RevokeOrderRequest>(change));
    const auto reply = orders_->RevokeOrder(request, {});
    // It was refused before: nobody can book on it, as it is to be.
    if (absl::IsNotFound(reply.status())) return Uncovered();
    RETURN_IF_ERROR(reply.status());
    return reply->uncovered_appointments();
  }
  ASSIGN_OR_RETURN(const auto request, Parse<scheduling::v1::ReassignPatientRequest>(change));
  RETURN_IF_ERROR(orders_->ReassignPatient(request, {}).status());
  return Uncovered();
}

absl::Status Outbox::RememberAttempt(const Change& change) {
  return database_.WriteAndWait([&](Transaction& transaction) {
    return transaction
        .Execute(kNoteAttempt, {Value::Text(change.resource_name), Value::Time(clock_.Now())})
        .status();
  });
}

absl::Status Outbox::Remember(const Change& change, const absl::StatusOr<Uncovered>& outcome) {
  std::string refusal;
  std::string uncovered;
  if (outcome.ok()) {
    uncovered = absl::StrJoin(*outcome, "\n");
  } else {
    refusal = base::ReasonOf(outcome.status());
    if (refusal.empty()) refusal = absl::StatusCodeToString(outcome.status().code());
    base::Log(base::LogLevel::kError, "scheduling has refused a message",
              {{"kind", change.kind}, {"resource", change.resource_name}, {"reason", refusal}});
  }
  return database_.WriteAndWait([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(
        transaction
            .Execute(kNoteDelivered, {Value::Text(change.resource_name), Value::Time(clock_.Now()),
                                      Value::Text(refusal), Value::Text(uncovered)})
            .status());
    return transaction.Execute(kWritePosition, {Value::Integer(change.position)}).status();
  });
}

}  // namespace clarity::consultation
