#ifndef CLARITY_SERVICES_SCHEDULING_ORDERS_ORDER_USE_H_
#define CLARITY_SERVICES_SCHEDULING_ORDERS_ORDER_USE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clarity/scheduling/v1/order.pb.h"
#include "services/platform/rpc/call.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/calendar/bitmap.h"

namespace clarity::scheduling {

// An order and the visits that consume it. What is consumed is counted on the appointments each
// time, so it can never drift away from them.
class OrderUse {
 public:
  // What is consumed. PERMISSION_DENIED or NOT_FOUND as Load says.
  static absl::StatusOr<OrderUse> Read(const rpc::Call& call, storage::Transaction& transaction,
                                       absl::string_view order);

  // Also what a visit has to keep its distance from. `except` (may be empty) is the appointment
  // that is being moved: it does not count against itself, and whoever may see it may move it on
  // its order.
  static absl::StatusOr<OrderUse> ReadToBook(const rpc::Call& call,
                                             storage::Transaction& transaction,
                                             absl::string_view order, absl::string_view except);

  // Locks the order first: two bookings on its last unit wait for each other. Whoever books holds
  // the patient's guard: two bookings on orders whose gaps are common wait, too.
  static absl::StatusOr<OrderUse> Lock(const rpc::Call& call, storage::Transaction& transaction,
                                       absl::string_view order, absl::string_view except);

  // Locks the order of a visit, which counts on it. Whoever may see the visit need not see the
  // order.
  static absl::StatusOr<OrderUse> LockOf(storage::Transaction& transaction,
                                         const v1::Appointment& visit);

  const v1::Order& order() const { return order_; }
  int units_consumed() const { return units_consumed_; }
  // That have not begun, by start.
  const std::vector<v1::Appointment>& ahead() const { return ahead_; }

  // ORDER_NOT_APPLICABLE unless one more visit may be booked on it; where it was not read to book,
  // whatever the distance from others.
  absl::Status Check(const std::string& patient, const std::string& visit_type,
                     absl::Time start) const;
  // ORDER_NOT_APPLICABLE where it does not cover one of ahead() as it is: by patient, type, window,
  // or as one too many.
  absl::Status CheckAhead(const v1::Appointment& visit) const;
  // Whether the visit lies further from a neighbour than the order wishes: reported, not refused.
  bool ExceedsLargestGap(absl::Time start) const;
  // The same window and gaps for a search: takes out the starts that Check would refuse.
  void KeepCovered(calendar::Bitmap* starts) const;

  // Those of ahead() that the order does not cover.
  std::vector<std::string> Uncovered() const;

 private:
  // A visit that took or will take place, and how far from it the next one is at least.
  struct Neighbour {
    absl::Time start;
    absl::Duration gap_min;
  };

  OrderUse(v1::Order order, std::vector<v1::Appointment> visits, absl::string_view except);

  static absl::StatusOr<OrderUse> ReadVisits(const rpc::Call& call,
                                             storage::Transaction& transaction,
                                             absl::string_view order, absl::string_view except);
  absl::Status CheckTerms(const std::string& patient, const std::string& visit_type,
                          absl::Time start) const;
  absl::Status ReadNeighbours(storage::Transaction& transaction, absl::string_view except);

  v1::Order order_;
  int units_consumed_ = 0;
  std::vector<v1::Appointment> ahead_;
  std::vector<absl::Time> starts_;     // of its own neighbours, sorted
  std::vector<Neighbour> neighbours_;  // these, and those on other orders
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_ORDERS_ORDER_USE_H_
