#include "tests/simulation/step.h"

#include <numeric>

namespace clarity::simulation {
namespace {

using Kind = Step::Kind;

// How often each happens, beside the others.
struct Weight {
  Kind kind;
  const char* name;
  int weight;
};
constexpr Weight kWeights[] = {
    {Kind::kBook, "book", 160},
    {Kind::kBookHeld, "book held", 40},
    {Kind::kHold, "hold", 60},
    {Kind::kRenew, "renew", 15},
    {Kind::kRelease, "release", 15},
    {Kind::kMove, "move", 60},
    {Kind::kCancel, "cancel", 40},
    {Kind::kConfirm, "confirm", 15},
    {Kind::kVisit, "visit", 40},
    {Kind::kMiss, "miss", 10},
    {Kind::kUndo, "undo", 25},
    {Kind::kBlock, "block", 20},
    {Kind::kUnblock, "unblock", 12},
    {Kind::kPutOrder, "put order", 25},
    {Kind::kRevokeOrder, "revoke order", 6},
    {Kind::kMerge, "merge", 4},
    {Kind::kChangeCatalog, "change catalog", 12},
    {Kind::kRepeat, "repeat", 40},
    {Kind::kReuseId, "reuse id", 6},
    {Kind::kLook, "look", 25},
    {Kind::kFollow, "follow", 8},
    {Kind::kWait, "wait", 60},
    {Kind::kTidy, "tidy", 6},
    {Kind::kFail, "fail", 8},
    {Kind::kFillDisk, "fill disk", 3},
    {Kind::kCutPower, "cut power", 4},
    {Kind::kCrash, "crash", 3},
};

Kind RandomKind(base::Random& random) {
  static const int total =
      std::accumulate(std::begin(kWeights), std::end(kWeights), 0,
                      [](int sum, const Weight& weight) { return sum + weight.weight; });
  auto left = static_cast<int>(random.Next() % static_cast<uint64_t>(total));
  for (const Weight& weight : kWeights) {
    if ((left -= weight.weight) < 0) return weight.kind;
  }
  return Kind::kWait;
}

}  // namespace

const char* NameOf(Kind kind) {
  for (const Weight& weight : kWeights) {
    if (weight.kind == kind) return weight.name;
  }
  return "";
}

std::vector<Step> RandomSteps(base::Random& random, int count) {
  std::vector<Step> steps(static_cast<size_t>(count));
  for (Step& step : steps) {
    step.kind = RandomKind(random);
    step.with_next = random.Next() % 3 == 0;
    for (uint32_t& die : step.dice) die = static_cast<uint32_t>(random.Next() >> 32);
  }
  return steps;
}

}  // namespace clarity::simulation
