#ifndef CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_
#define CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "clients/core/order_connection.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "services/platform/base/mutex.h"
#include "services/platform/rpc/notifier.h"
#include "services/platform/storage/database.h"

// What scheduling has to be told is written with what caused it, in a stream of the change log, and
// carried over afterwards: at least once, each with a request id of its own, so that it has its
// effect once; and in order, but for what scheduling does not take: that is set aside, holds up
// nothing else, and is tried again until it is taken or there is something newer about the same
// order or patient.
namespace clarity::consultation {

class Outbox {
 public:
  // All outlive it. `metrics` are told how many messages wait, and since when.
  Outbox(storage::Database* database, rpc::Notifier* notifier, const base::Clock* clock,
         base::Random* random, prometheus::Registry* metrics);
  ~Outbox();

  // In the transaction that causes it. Their request ids are the outbox's.
  absl::Status Put(storage::Transaction& transaction,
                   scheduling::v1::PutOrderRequest request) const;
  absl::Status Put(storage::Transaction& transaction,
                   scheduling::v1::RevokeOrderRequest request) const;
  absl::Status Put(storage::Transaction& transaction,
                   scheduling::v1::ReassignPatientRequest request) const;

  // Where the messages about an order or patient stand.
  struct Standing {
    int64_t waiting = 0;  // messages that scheduling has not answered yet
    // Of the first of these; where there are none, of the last one.
    int attempts = 0;
    absl::Time attempt_time;  // of the last attempt
    // Why scheduling has refused the last one it answered, which is tried again now and then;
    // empty: it has taken it.
    std::string refusal;
    // Appointments that it then said an order no longer covers.
    std::vector<std::string> uncovered;
  };
  absl::StatusOr<Standing> StandingOf(storage::Transaction& transaction,
                                      absl::string_view resource_name) const;

  // From now on carries messages, on a thread of its own. `first` is done before, or as soon as it
  // can be: again and again, until it is.
  using First = std::function<absl::Status(client::OrderConnection&)>;
  void Follow(std::shared_ptr<client::OrderConnection> orders, First first);
  void Stop();

  // Removes some of the messages that are delivered; how many.
  absl::StatusOr<int64_t> Tidy(storage::Transaction& transaction) const;

 private:
  class Wake;
  // The appointments that scheduling names.
  using Uncovered = google::protobuf::RepeatedPtrField<std::string>;
  // What becomes of a message that was carried.
  enum class Fate { kTaken, kRefused, kFailed, kAway };

  template <typename Request>
  absl::Status Append(storage::Transaction& transaction, const char* kind, const std::string& name,
                      Request request) const;
  void Run();
  absl::Status RunFirst();
  // Carries what there is; how many messages that were.
  absl::StatusOr<int> CarryAll();
  // Those that were set aside, and whose time has come.
  absl::Status CarryAgain();
  absl::Status CarryOne(const storage::Change& change, bool was_set_aside);
  absl::StatusOr<Uncovered> Carry(const storage::Change& change);
  static Fate FateOf(const absl::Status& status);
  absl::Status RememberAttempt(const storage::Change& change);
  absl::Status Remember(const storage::Change& change, bool was_set_aside, Fate fate,
                        const absl::StatusOr<Uncovered>& outcome);
  absl::Status SetAside(storage::Transaction& transaction, const storage::Change& change,
                        Fate fate) const;
  // Tells the metrics.
  absl::Status Measure(storage::Transaction& transaction, int64_t delivered,
                       const std::vector<storage::Change>& next);

  storage::Database& database_;
  rpc::Notifier& notifier_;
  const base::Clock& clock_;
  base::Random& random_;
  prometheus::Gauge& waiting_;
  prometheus::Gauge& set_aside_;
  prometheus::Gauge& oldest_;
  std::shared_ptr<client::OrderConnection> orders_;
  First first_;  // until it is done
  std::shared_ptr<Wake> wake_;
  std::thread thread_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SCHEDULING_OUTBOX_H_
