#ifndef CLARITY_TESTS_HISTORY_CONDUCTOR_H_
#define CLARITY_TESTS_HISTORY_CONDUCTOR_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/history/desk.h"
#include "tests/history/journal.h"
#include "tests/support/clarityd_process.h"

namespace clarity::history {

struct Plan {
  int kills = 0;
  int callers = 0;
  absl::Duration race;  // after the last kill
  uint32_t seed = 0;
  std::string journals;  // a directory
};

// One history: a server that is killed and started again while other processes call it; in the end
// it is asked for all it has.
class Conductor {
 public:
  explicit Conductor(Plan plan);

  void Run();

 private:
  void StartCallers();
  void Launch(const std::string& part, const std::string& subject,
              const std::vector<std::string>& roles, uint32_t number);
  void KillUnderLoad();
  void Race();
  void StopCallers();
  void ExpectAllRunning() const;
  void BookMarkers();
  void WriteDownAllThereIs();
  void WriteDownDays();
  template <typename Service, typename Request, typename Reply>
  void WriteDown(std::shared_ptr<Service> tests::Connections::*service,
                 absl::StatusOr<Reply> (Service::*method)(const Request&,
                                                          const client::CallOptions&),
                 Request request);
  Identity Become(const std::string& subject, const std::vector<std::string>& roles) const;

  const Plan plan_;
  const absl::Time first_day_;
  std::mt19937 random_;
  tests::ClaritydProcess server_;
  std::unique_ptr<Desk> desk_;
  std::string watch_token_;  // from before all
  std::map<std::string, pid_t> callers_;
};

}  // namespace clarity::history

#endif  // CLARITY_TESTS_HISTORY_CONDUCTOR_H_
