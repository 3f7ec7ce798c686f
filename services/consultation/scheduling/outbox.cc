#include "services/consultation/scheduling/outbox.h"

#include <cstdint>
#include <utility>
#include <vector>

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
    "SELECT waiting + (SELECT COUNT(*) FROM outbox_set_aside a "
    "WHERE a.resource_name = s.resource_name AND a.refused = 0), "
    "attempts, attempt_time, refusal, uncovered FROM outbox_standing s WHERE resource_name = $1"};
constexpr Sql kNoteWaiting = {
    "INSERT INTO outbox_standing (resource_name, waiting, attempts, attempt_time, refusal, "
    "uncovered) VALUES ($1, 1, 0, 0, '', '') "
    "ON CONFLICT (resource_name) DO UPDATE SET waiting = outbox_standing.waiting + 1, "
    "attempts = CASE WHEN outbox_standing.waiting = 0 THEN 0 ELSE outbox_standing.attempts END"};
constexpr Sql kNoteAttempt = {
    "UPDATE outbox_standing SET attempts = attempts + 1, attempt_time = $2 "
    "WHERE resource_name = $1"};
// $5: how many of those that waited it was, 0 where it had been set aside.
constexpr Sql kNoteAnswered = {
    "UPDATE outbox_standing SET waiting = waiting - $5, "
    "attempts = CASE WHEN waiting = $5 THEN attempts + 1 ELSE 0 END, attempt_time = $2, "
    "refusal = $3, uncovered = $4 WHERE resource_name = $1"};
constexpr Sql kSetAside = {
    "INSERT INTO outbox_set_aside (resource_name, position, time, kind, refused, retry_time, body, "
    "key_id) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)"};
constexpr Sql kTakeUp = {"DELETE FROM outbox_set_aside WHERE resource_name = $1"};
constexpr Sql kSetAsideUntil = {
    "SELECT resource_name, position, time, kind, body FROM outbox_set_aside WHERE retry_time <= $1 "
    "ORDER BY position LIMIT $2"};
constexpr Sql kCountSetAside = {"SELECT COUNT(*), COALESCE(MIN(time), 0) FROM outbox_set_aside"};

absl::StatusOr<int64_t> ReadDelivered(Transaction& transaction) {
  int64_t position = 0;
  RETURN_IF_ERROR(transaction.Query(kReadPosition, {}, [&](const Row& row) {
    position = row.Integer(0);
    return absl::OkStatus();
  }));
  return position;
}

absl::StatusOr<std::vector<Change>> ReadSetAside(Transaction& transaction, absl::Time until) {
  std::vector<Change> changes;
  RETURN_IF_ERROR(transaction.Query(kSetAsideUntil,
                                    {Value::Time(until), Value::Integer(limits::kOutboxBatch)},
                                    [&](const Row& row) {
                                      Change& change = changes.emplace_back();
                                      change.resource_name = std::string(row.Text(0));
                                      change.position = row.Integer(1);
                                      change.time = row.Time(2);
                                      change.kind = std::string(row.Text(3));
                                      change.body = std::string(row.Text(4));
                                      return absl::OkStatus();
                                    }));
  return changes;
}

prometheus::Family<prometheus::Gauge>& MessagesFamily(prometheus::Registry& metrics) {
  return prometheus::BuildGauge()
      .Name("clarity_outbox_messages")
      .Help("Messages to scheduling, by whether they wait for their turn or were not taken")
      .Register(metrics);
}

prometheus::Gauge& OldestGauge(prometheus::Registry& metrics) {
  return prometheus::BuildGauge()
      .Name("clarity_outbox_oldest_timestamp_seconds")
      .Help("Since when the oldest message to scheduling is to be delivered; 0: there is none")
      .Register(metrics)
      .Add({});
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

Outbox::Outbox(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
               base::Random* random, prometheus::Registry* metrics)
    : database_(*database),
      notifier_(*notifier),
      clock_(*clock),
      random_(*random),
      waiting_(MessagesFamily(*metrics).Add({{"state", "waiting"}})),
      set_aside_(MessagesFamily(*metrics).Add({{"state", "set_aside"}})),
      oldest_(OldestGauge(*metrics)),
      wake_(std::make_shared<Wake>()) {}

Outbox::~Outbox() { Stop(); }

absl::Status Outbox::Put(Transaction& transaction, scheduling::v1::PutOrderRequest request) const {
  const std::string name = request.order().name();
  return Append(transaction, kPutOrder, name, std::move(request));
}

absl::Status Outbox::Put(Transaction& transaction,
                         scheduling::v1::RevokeOrderRequest request) const {
  const std::string name = request.name();
  return Append(transaction, kRevokeOrder, name, std::move(request));
}

absl::Status Outbox::Put(Transaction& transaction,
                         scheduling::v1::ReassignPatientRequest request) const {
  const std::string name = request.from_patient();
  return Append(transaction, kReassignPatient, name, std::move(request));
}

template <typename Request>
absl::Status Outbox::Append(Transaction& transaction, const char* kind, const std::string& name,
                            Request request) const {
  // The same at every attempt, also after a crash; and never that of another message, also where
  // this store was restored from a backup and its positions are given again.
  request.set_request_id(base::NewId(clock_.Now(), random_));
  RETURN_IF_ERROR(transaction.Execute(kNoteWaiting, {Value::Text(name)}).status());
  transaction.AppendChange(kStream, kind, name, request.SerializeAsString());
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

void Outbox::Follow(std::shared_ptr<client::OrderConnection> orders, First first) {
  orders_ = std::move(orders);
  first_ = std::move(first);
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
    const absl::Status first = RunFirst();
    const auto carried = CarryAll();
    const absl::Status status = first.ok() ? carried.status() : first;
    if (status.ok() == is_away) {
      is_away = !status.ok();
      base::Log(is_away ? base::LogLevel::kWarning : base::LogLevel::kInfo,
                is_away ? "scheduling takes no messages" : "scheduling takes messages again",
                {{"error", std::string(status.message())}});
    }
    if (!status.ok()) {
      goes_on = wake_->Wait(limits::kSchedulingRetryEvery, /*until_woken=*/false);
    } else if (*carried < limits::kOutboxBatch) {
      goes_on = wake_->Wait(limits::kOutboxLookAgainEvery, /*until_woken=*/true);
    } else {
      goes_on = wake_->Wait(absl::ZeroDuration(), /*until_woken=*/false);
    }
  }
}

absl::Status Outbox::RunFirst() {
  if (first_ == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(first_(*orders_));
  first_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<int> Outbox::CarryAll() {
  std::vector<Change> changes;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t position, ReadDelivered(transaction));
    ASSIGN_OR_RETURN(changes,
                     storage::ReadChanges(transaction, kStream, position, limits::kOutboxBatch));
    return Measure(transaction, position, changes);
  }));
  for (const Change& change : changes) {
    RETURN_IF_ERROR(CarryOne(change, /*was_set_aside=*/false));
  }
  const int carried = static_cast<int>(changes.size());
  // Only now: of what is older than another message about the same, nothing is left by then.
  if (carried < limits::kOutboxBatch) RETURN_IF_ERROR(CarryAgain());
  return carried;
}

absl::Status Outbox::CarryAgain() {
  std::vector<Change> changes;
  RETURN_IF_ERROR(database_.ReadAndWait([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(changes, ReadSetAside(transaction, clock_.Now()));
    return absl::OkStatus();
  }));
  for (const Change& change : changes) {
    RETURN_IF_ERROR(CarryOne(change, /*was_set_aside=*/true));
  }
  return absl::OkStatus();
}

absl::Status Outbox::CarryOne(const Change& change, bool was_set_aside) {
  const auto outcome = Carry(change);
  const Fate fate = FateOf(outcome.status());
  if (fate != Fate::kAway) return Remember(change, was_set_aside, fate, outcome);
  RETURN_IF_ERROR(RememberAttempt(change));
  return outcome.status();
}

Outbox::Fate Outbox::FateOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return Fate::kTaken;
    // It will not do before somebody mends something, here or there.
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return Fate::kRefused;
    // No other message would fare better.
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnauthenticated:
      return Fate::kAway;
    default:
      return Fate::kFailed;
  }
}

absl::StatusOr<Outbox::Uncovered> Outbox::Carry(const Change& change) {
  if (change.kind == kPutOrder) {
    ASSIGN_OR_RETURN(const auto request,
                     storage::ParseRecord<scheduling::v1::PutOrderRequest>(change.body));
    ASSIGN_OR_RETURN(const auto reply, orders_->PutOrder(request, {}));
    return reply.uncovered_appointments();
  }
  if (change.kind == kRevokeOrder) {
    ASSIGN_OR_RETURN(const auto request,
                     storage::ParseRecord<scheduling::v1::RevokeOrderRequest>(change.body));
    const auto reply = orders_->RevokeOrder(request, {});
    // It was refused before: nobody can book on it, as it is to be.
    if (absl::IsNotFound(reply.status())) return Uncovered();
    RETURN_IF_ERROR(reply.status());
    return reply->uncovered_appointments();
  }
  ASSIGN_OR_RETURN(const auto request,
                   storage::ParseRecord<scheduling::v1::ReassignPatientRequest>(change.body));
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

absl::Status Outbox::Remember(const Change& change, bool was_set_aside, Fate fate,
                              const absl::StatusOr<Uncovered>& outcome) {
  std::string refusal;
  std::string uncovered;
  if (fate == Fate::kTaken) {
    uncovered = absl::StrJoin(*outcome, "\n");
  } else {
    std::string reason = base::ReasonOf(outcome.status());
    if (reason.empty()) reason = absl::StatusCodeToString(outcome.status().code());
    base::Log(base::LogLevel::kError, "scheduling has not taken a message",
              {{"kind", change.kind}, {"resource", change.resource_name}, {"reason", reason}});
    if (fate == Fate::kRefused) refusal = std::move(reason);
  }
  return database_.WriteAndWait([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(
        transaction
            .Execute(kNoteAnswered, {Value::Text(change.resource_name), Value::Time(clock_.Now()),
                                     Value::Text(refusal), Value::Text(uncovered),
                                     Value::Integer(was_set_aside ? 0 : 1)})
            .status());
    RETURN_IF_ERROR(transaction.Execute(kTakeUp, {Value::Text(change.resource_name)}).status());
    if (fate != Fate::kTaken) RETURN_IF_ERROR(SetAside(transaction, change, fate));
    if (was_set_aside) return absl::OkStatus();
    return transaction.Execute(kWritePosition, {Value::Integer(change.position)}).status();
  });
}

absl::Status Outbox::SetAside(Transaction& transaction, const Change& change, Fate fate) const {
  const bool is_refused = fate == Fate::kRefused;
  const absl::Time retry = clock_.Now() + (is_refused ? limits::kOutboxRefusedRetryEvery
                                                      : limits::kOutboxFailedRetryEvery);
  return transaction
      .Execute(kSetAside,
               {Value::Text(change.resource_name), Value::Integer(change.position),
                Value::Time(change.time), Value::Text(change.kind),
                Value::Integer(is_refused ? 1 : 0), Value::Time(retry), Value::Bytes(change.body)})
      .status();
}

absl::Status Outbox::Measure(Transaction& transaction, int64_t delivered,
                             const std::vector<Change>& next) {
  ASSIGN_OR_RETURN(const int64_t last, storage::LastPosition(transaction, kStream));
  int64_t set_aside = 0;
  absl::Time oldest = next.empty() ? absl::UnixEpoch() : next.front().time;
  RETURN_IF_ERROR(transaction.Query(kCountSetAside, {}, [&](const Row& row) {
    set_aside = row.Integer(0);
    if (set_aside > 0) oldest = row.Time(1);  // it came before those that wait
    return absl::OkStatus();
  }));
  waiting_.Set(static_cast<double>(last - delivered));
  set_aside_.Set(static_cast<double>(set_aside));
  oldest_.Set(static_cast<double>(absl::ToUnixSeconds(oldest)));
  return absl::OkStatus();
}

}  // namespace clarity::consultation
