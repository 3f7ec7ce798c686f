#ifndef CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_
#define CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "clients/core/order_connection.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/storage/database.h"

// What scheduling has to be told is written with what caused it, in a stream of the change log, and
// carried over afterwards: in order, at least once, each with a request id of its own, so that it
// has its effect once.
namespace clarity::consultation {

class Outbox {
 public:
  // All outlive it.
  Outbox(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock);
  ~Outbox();

  // In the transaction that causes it.
  absl::Status Put(storage::Transaction& transaction,
                   const scheduling::v1::PutOrderRequest& request) const;
  absl::Status Put(storage::Transaction& transaction,
                   const scheduling::v1::RevokeOrderRequest& request) const;
  absl::Status Put(storage::Transaction& transaction,
                   const scheduling::v1::ReassignPatientRequest& request) const;

  // Where the messages about an order or patient stand.
  struct Standing {
    int64_t waiting = 0;  // messages that are not delivered yet
    // Of the first of these; where there are none, of the last one.
    int attempts = 0;
    absl::Time attempt_time;  // of the last attempt
    // Why scheduling has not taken the last one delivered; empty: it has.
    std::string refusal;
    // Appointments that it then said an order no longer covers.
    std::vector<std::string> uncovered;
  };
  absl::StatusOr<Standing> StandingOf(storage::Transaction& transaction,
                                      absl::string_view resource_name) const;

  // From now on carries messages, on a thread of its own.
  void Follow(std::shared_ptr<client::OrderConnection> orders);
  void Stop();

  // Removes some of the messages that are delivered; how many.
  absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction) const;

 private:
  class Wake;
  // The appointments that scheduling names.
  using Uncovered = google::protobuf::RepeatedPtrField<std::string>;

  absl::Status Append(storage::Transaction& transaction, const char* kind, const std::string& name,
                      std::string body) const;
  void Run();
  // Carries what there is; how many messages that were.
  absl::StatusOr<int> CarryAll();
  absl::StatusOr<Uncovered> Carry(const storage::Change& change);
  absl::Status RememberAttempt(const storage::Change& change);
  absl::Status Remember(const storage::Change& change, const absl::StatusOr<Uncovered>& outcome);

  storage::Database& database_;
  rpc::Notifier& notifier_;
  const base::Clock& clock_;
  std::shared_ptr<client::OrderConnection> orders_;
  std::shared_ptr<Wake> wake_;
  std::thread thread_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_
