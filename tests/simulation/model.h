#ifndef CLARITY_TESTS_SIMULATION_MODEL_H_
#define CLARITY_TESTS_SIMULATION_MODEL_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog_service.pb.h"
#include "clarity/scheduling/v1/order_service.pb.h"
#include "clarity/scheduling/v1/scheduling_service.pb.h"
#include "tests/support/plain_calendar.h"

namespace clarity::simulation {

namespace v1 = scheduling::v1;

// What the service should hold, kept in maps, and what it should answer, worked out the plain way.
// It is told every call in the order of the commits, with its answer, and says what is wrong with
// it: empty where it is as it should be. It shares no code with the service.
class Model {
 public:
  using State = v1::Appointment::State;
  using Use = tests::PlainCalendar::Use;

  struct Visit {
    v1::Appointment appointment;        // as it was last answered
    std::vector<State> earlier_states;  // what an undo goes back to
  };

  explicit Model(v1::Catalog catalog) : calendar_(std::move(catalog)) { NoteCapacities(); }

  // -- What there is --

  const v1::Catalog& catalog() const { return calendar_.catalog(); }
  const std::map<std::string, Visit>& visits() const { return visits_; }
  const std::map<std::string, v1::Hold>& holds() const { return holds_; }
  const std::map<std::string, v1::Block>& blocks() const { return blocks_; }
  const std::map<std::string, v1::Order>& orders() const { return orders_; }
  // Whether a hold keeps time for a visit that is to be moved, whose own time is not in the way.
  bool IsForMove(const std::string& hold) const { return for_move_.count(hold) > 0; }
  // The most that a resource could take under any catalog there has been.
  int CapacityMax(const std::string& resource) const {
    const auto found = capacities_max_.find(resource);
    return found == capacities_max_.end() ? 0 : found->second;
  }
  // What every owner of time has.
  const std::map<std::string, std::vector<Use>>& uses() const { return uses_; }
  int UnitsConsumed(const v1::Order& order, const std::string& except = "") const;
  absl::Time now() const { return now_; }
  bool IsPossible(const tests::PlainCalendar::Wish& wish) const {
    return calendar_.IsPossible(wish, now_);
  }

  // -- What happens --

  // Time goes on: holds end.
  void SetTime(absl::Time now);

  // Who calls, and what of it came: a reply where the status is OK.
  struct Caller {
    std::string subject;
    std::string role;
  };
  template <typename Request, typename Reply>
  struct Told {
    const Caller& caller;
    const Request& request;
    const absl::Status& status;
    const Reply& reply;
  };
  template <typename Request, typename Reply>
  std::string Tell(const Caller& caller, const Request& request, const absl::Status& status,
                   const Reply& reply) {
    return Tell(Told<Request, Reply>{caller, request, status, reply});
  }

  std::string Tell(const Told<v1::BookAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::RescheduleAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::CancelAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::ConfirmAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::RecordArrivalRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::StartAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::CompleteAppointmentRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::MarkNoShowRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::UndoAppointmentStepRequest, v1::Appointment>& told);
  std::string Tell(const Told<v1::CreateHoldRequest, v1::Hold>& told);
  std::string Tell(const Told<v1::RenewHoldRequest, v1::Hold>& told);
  std::string Tell(const Told<v1::ReleaseHoldRequest, v1::ReleaseHoldResponse>& told);
  std::string Tell(const Told<v1::CreateBlockRequest, v1::Block>& told);
  std::string Tell(const Told<v1::DeleteBlockRequest, v1::DeleteBlockResponse>& told);
  std::string Tell(const Told<v1::PutOrderRequest, v1::PutOrderResponse>& told);
  std::string Tell(const Told<v1::RevokeOrderRequest, v1::RevokeOrderResponse>& told);
  std::string Tell(const Told<v1::ReassignPatientRequest, v1::ReassignPatientResponse>& told);
  std::string Tell(const Told<v1::ApplyCatalogRequest, v1::ApplyCatalogResponse>& told);

 private:
  // What should come of a call. Where it may go either way, something that the model does not
  // follow decides, which `why` names.
  struct Expected {
    enum class Outcome { kDone, kRefused, kEither };
    Outcome outcome;
    std::string why;
  };
  static Expected Done() { return {Expected::Outcome::kDone, ""}; }
  static Expected Refused(std::string why) { return {Expected::Outcome::kRefused, std::move(why)}; }
  static Expected Either(std::string why) { return {Expected::Outcome::kEither, std::move(why)}; }
  static std::string Compare(const Expected& expected, const absl::Status& status);

  // A wish for a visit, whichever call it comes in.
  struct Wanted {
    tests::PlainCalendar::Wish wish;
    std::string order;
    std::string moved;  // the appointment that is moved
    std::string hold;   // that is used up
    bool is_held = false;
    bool is_kept = false;  // its rules were kept before: from a hold
    bool may_have_begun = false;
    tests::PlainCalendar::Assignments fixed;
    v1::Override override;
  };
  // From a hold it takes what the hold keeps.
  Expected FillFromHold(const Caller& caller, const std::string& hold, Wanted* wanted) const;
  Expected MayBook(const Wanted& wanted);
  Expected MayTake(const Wanted& wanted) const;
  bool HasAllOpen(const Wanted& wanted, const v1::VisitType& type) const;
  std::string WhyOrderNot(const Wanted& wanted) const;
  // Of a visit: why it can be neither confirmed nor begun, on its order; empty: it can.
  std::string WhyNotCovered(const Visit* visit) const;
  static std::string WhyTermsNot(const v1::Order& order, const std::string& patient,
                                 const std::string& visit_type, absl::Time start);
  // Whether just what was given is as it should be.
  std::string CheckGiven(const Wanted& wanted, const v1::Appointment& given);
  std::string Settle(const Wanted& wanted, const v1::Appointment& given);

  template <typename Request>
  std::string TellStep(const Told<Request, v1::Appointment>& told, const std::set<State>& from,
                       State to, Expected expected = Done());
  Expected MayUndo(const std::string& name);
  const Visit* FindVisit(const std::string& name) const;

  void Take(const std::string& owner, std::vector<Use> uses);
  void Free(const std::string& owner);
  template <typename Predicate>
  void EndHoldsThat(Predicate end);
  // Does something while these owners have nothing.
  template <typename Action>
  auto Without(const std::vector<std::string>& owners, Action action);

  void NoteCapacities();

  tests::PlainCalendar calendar_;
  std::map<std::string, int> capacities_max_;
  absl::Time now_;
  std::map<std::string, Visit> visits_;
  std::map<std::string, v1::Hold> holds_;  // those that have not ended
  std::set<std::string> for_move_;         // holds, also those that have ended
  std::map<std::string, v1::Block> blocks_;
  std::map<std::string, v1::Order> orders_;
  std::map<std::string, std::vector<Use>> uses_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_MODEL_H_
