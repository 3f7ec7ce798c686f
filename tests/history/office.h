#ifndef CLARITY_TESTS_HISTORY_OFFICE_H_
#define CLARITY_TESTS_HISTORY_OFFICE_H_

#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "clarity/scheduling/v1/order.pb.h"
#include "tests/history/desk.h"

namespace clarity::history {

// Changes what the others book in: the catalog, blocks and orders. There is one, so that each of
// its changes is known to come after the one before.
class Office {
 public:
  Office(Desk* desk, std::mt19937* random, absl::Time first_day)
      : desk_(*desk), random_(*random), first_day_(first_day) {}

  void DoSomething();
  void ApplyCatalog(int number);

 private:
  void CreateBlock();
  void DeleteABlock();
  void PutOrder();
  void RevokeAnOrder();
  std::string TakeSome(std::vector<std::string>* names);

  Desk& desk_;
  std::mt19937& random_;
  const absl::Time first_day_;
  int orders_put_ = 0;
  std::vector<std::string> orders_;
  std::vector<std::string> blocks_;
};

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_OFFICE_H_
