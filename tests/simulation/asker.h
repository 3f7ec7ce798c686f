#ifndef CLARITY_TESTS_SIMULATION_ASKER_H_
#define CLARITY_TESTS_SIMULATION_ASKER_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "tests/simulation/desk.h"
#include "tests/simulation/model.h"
#include "tests/simulation/step.h"

namespace clarity::simulation {

// Makes of a step the call that somebody makes, for what there is at the time.
class Asker {
 public:
  // Both outlive it.
  Asker(Desk* desk, const Model* model) : desk_(*desk), model_(*model) {}

  // Nothing where there is nothing to do it with, or the step is no call.
  std::optional<Call> Ask(const Step& step, absl::Time now);
  // What a search that was made meanwhile got wrong; empty: nothing.
  std::string TakeWrong() { return std::exchange(wrong_, ""); }

 private:
  struct Wish {
    std::string visit_type;
    std::string clinic;
    std::string patient;
    std::string moved;
    std::string required;
  };

  std::optional<Call> Book(const Step& step);
  std::optional<Call> BookHeld(const Step& step);
  std::optional<Call> Hold(const Step& step);
  std::optional<Call> Renew(const Step& step);
  std::optional<Call> Release(const Step& step);
  std::optional<Call> Move(const Step& step);
  std::optional<Call> Cancel(const Step& step);
  std::optional<Call> Confirm(const Step& step);
  std::optional<Call> Visit(const Step& step);
  std::optional<Call> Miss(const Step& step);
  std::optional<Call> Undo(const Step& step);
  std::optional<Call> Block(const Step& step);
  std::optional<Call> Unblock(const Step& step);
  std::optional<Call> PutOrder(const Step& step);
  std::optional<Call> RevokeOrder(const Step& step);
  std::optional<Call> Merge(const Step& step);
  std::optional<Call> ChangeCatalog(const Step& step);

  Wish AnyWish(const Step& step) const;
  // A start that is offered, one at which something else is, or any.
  absl::Time Start(const Step& step, const Model::Caller& caller, const Wish& wish);
  std::optional<absl::Time> Offered(const Step& step, const Model::Caller& caller,
                                    const Wish& wish);
  absl::Time AnyTick(const Step& step) const;
  std::string OrderFor(const Step& step, const Wish& wish) const;
  // One that is there, for the most part; and one that may be in the way of the clock.
  const Model::Visit* AnyVisit(const Step& step) const;
  const Model::Visit* NearestVisit(const Step& step) const;
  const v1::Hold* AnyHold(const Step& step) const;

  Desk& desk_;
  const Model& model_;
  absl::Time now_;
  std::string wrong_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_ASKER_H_
