#ifndef CLARITY_SERVICES_CONSULTATION_PATHWAY_TURNS_H_
#define CLARITY_SERVICES_CONSULTATION_PATHWAY_TURNS_H_

#include <map>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "services/consultation/pathway/consequences.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// Sees to it that what time alone causes happens soon after its time: what is asked of consultation
// is answered as of now anyway, but scheduling goes on taking bookings on an order until it is
// told.
class Turns {
 public:
  // All outlive it.
  Turns(storage::Database* database, const base::Clock* clock, const Consequences* consequences)
      : database_(*database), clock_(*clock), consequences_(*consequences) {}
  ~Turns();

  // From now on, on a thread of its own.
  void Follow();
  void Stop();

  // What has come due, of so many episodes; whether there may be more to do. What the thread does
  // time and again.
  absl::StatusOr<bool> TakeSome();

 private:
  void Run();
  // Each episode by itself: one with which something is wrong holds up no other.
  absl::Status TakeEach(absl::Time now, const std::map<std::string, std::string>& episodes);
  bool WaitFor(absl::Duration time);

  storage::Database& database_;
  const base::Clock& clock_;
  const Consequences& consequences_;

  base::Mutex mutex_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_PATHWAY_TURNS_H_
