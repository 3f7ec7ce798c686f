#ifndef CLARITY_TESTS_SIMULATION_WORLD_H_
#define CLARITY_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/platform/base/clock.h"
#include "services/platform/base/ids.h"
#include "tests/simulation/asker.h"
#include "tests/simulation/clinics.h"
#include "tests/simulation/desk.h"
#include "tests/simulation/follower.h"
#include "tests/simulation/inspector.h"
#include "tests/simulation/memory_files.h"
#include "tests/simulation/model.h"
#include "tests/simulation/progress.h"
#include "tests/simulation/server.h"
#include "tests/simulation/step.h"

namespace clarity::simulation {

// What went wrong, at which step.
struct Failure {
  size_t step = 0;
  std::string what;
};

struct Counts {
  int64_t calls = 0;
  int64_t done = 0;      // of the calls, those that changed something
  int64_t together = 0;  // of the calls, those that shared a commit
  int64_t faults = 0;    // of the store, that were met
  int64_t crashes = 0;

  void Add(const Counts& other);
};

// Clinics, callers, a server and its disk, with the model beside it. All that happens in it comes
// from the seed and the steps.
class World {
 public:
  // `premises` outlive it.
  World(const Premises* premises, uint64_t seed, Fault fault);

  std::optional<Failure> Run(const std::vector<Step>& steps);

  const Counts& counts() const { return counts_; }
  // What happened, a line for each thing; and the same as a number, to compare.
  const std::vector<std::string>& story() const { return story_; }
  uint64_t digest() const { return digest_; }

 private:
  struct Done {
    std::string request;  // serialized, as the answer is
    std::string answer;
    absl::Time time;
  };

  void Take(const Step& step);
  void Wait(const Step& step);
  void TakeCall(const Step& step);
  void Begin();
  void Start();
  void Repeat(const Step& step);
  void Add(const Step& step, Call call);
  std::string UsedId(const Step& step, const Model::Caller& caller) const;

  void SendGroup();
  void Judge(Call* call);
  void JudgeUnanswered(const Call& call);
  void JudgeAgain(const Call& call, const Done& done);
  void Remember(const Call& call);
  void CheckTouched(const std::vector<Call>& calls);
  void CheckAll();

  void Follow();
  void Look(const Step& step);
  void Tidy();
  void Crash(const Step& step);
  // Which of the calls that nobody answered were done all the same: the store knows.
  void Resolve();

  void Tell(std::string line);
  void FailAt(const Call& call, absl::string_view what);
  void Fail(const std::string& what);

  const Premises& premises_;
  const Fault fault_;
  base::SeededRandom dice_;
  base::SeededRandom server_dice_;
  Clinics clinics_;
  base::ManualClock clock_;
  MemoryFiles files_;
  Progress progress_;
  Model model_;
  Desk desk_;
  Asker asker_;
  Inspector inspector_;
  Follower follower_;
  std::unique_ptr<Server> server_;

  std::vector<Call> group_;
  std::vector<Call> late_;  // on their way for longer than those after them
  std::vector<Call> sent_;
  std::map<std::string, Done> done_;  // by request id
  std::vector<Call> unanswered_;
  int requests_ = 0;
  int checkpoint_pages_ = 0;
  int until_healed_ = 0;  // groups until there is room on the disk again
  std::optional<Step> crash_next_;
  bool met_fault_ = false;
  int unchecked_ = 0;  // groups since all was looked at

  Counts counts_;
  std::vector<std::string> story_;
  uint64_t digest_ = 14695981039346656037u;
  std::string failure_;
};

}  // namespace clarity::simulation

#endif  // CLARITY_TESTS_SIMULATION_WORLD_H_
