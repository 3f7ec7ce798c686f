#ifndef CLARITY_SERVICES_CONSULTATION_SCHEDULING_VISITS_H_
#define CLARITY_SERVICES_CONSULTATION_SCHEDULING_VISITS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/appointment.pb.h"
#include "clients/core/scheduling_connection.h"
#include "services/platform/base/clock.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The patient's visits as scheduling has told of them, by their start.
absl::StatusOr<std::vector<scheduling::v1::Appointment>> VisitsOf(storage::Transaction& transaction,
                                                                  absl::string_view patient);

// Under way, or over.
bool HasBegun(const scheduling::v1::Appointment& visit);
// To come: nobody has called it off.
bool IsAhead(const scheduling::v1::Appointment& visit);

// Follows the appointments of scheduling: each change is kept together with what it causes and with
// the token to resume from, so that after a crash none is missed and none counts twice.
class Visits {
 public:
  // What a change of a patient's visits causes, in the same transaction.
  using Effect = std::function<absl::Status(storage::Transaction&, absl::string_view patient)>;

  // Both outlive it. `later` takes the place of `effect` where that fails: what is wrong with one
  // patient keeps no news of the others away.
  Visits(storage::Database* database, const base::Clock* clock, Effect effect, Effect later)
      : database_(*database),
        clock_(*clock),
        effect_(std::move(effect)),
        later_(std::move(later)) {}
  ~Visits();

  // From now on, on a thread of its own.
  void Follow(std::shared_ptr<client::SchedulingConnection> scheduling);
  void Stop();

  // Up to when what scheduling has told is kept; InfinitePast: nothing was told since the start.
  absl::Time AsOf() const;

 private:
  using Event = scheduling::v1::WatchAppointmentsResponse;

  void Run();
  // Follows until the watch ends; why it did.
  absl::Status FollowOnce();
  // Until the watch ends; OUT_OF_RANGE where changes were missed.
  absl::Status KeepWhatComes(client::AppointmentWatch* watch);
  void NoteAsOf(absl::Time time);
  // Begins anew: what there is now, and a token to go on from.
  absl::Status ListAll();
  absl::StatusOr<std::string> ReadToken();
  // Keeps a change; those that come while others are being written are written together after them.
  // The first failure of a write, if there was one: then nothing more is kept.
  absl::Status Keep(Event event);
  void WriteKept();
  void Write(const std::shared_ptr<std::vector<Event>>& events, const Effect& effect);
  void OnWritten(const std::vector<Event>& events, const absl::Status& status);
  // Whether what failed with `effect_` may do with `later_`.
  static bool MayDoLater(const absl::Status& status);
  using Work = std::function<absl::Status(storage::Transaction&, const Effect&)>;
  absl::Status WriteAndWait(const Work& work);
  // Until nothing is being written.
  absl::Status WaitUntilKept();
  static absl::Status KeepAll(storage::Transaction& transaction, const std::vector<Event>& events,
                              const Effect& effect);
  static absl::Status KeepOne(storage::Transaction& transaction,
                              const scheduling::v1::Appointment& appointment, bool also_if_older,
                              const Effect& effect);
  // Those from a time on that a whole list did not have: scheduling no longer knows them.
  static absl::Status ForgetOthers(storage::Transaction& transaction, absl::Time from,
                                   const std::set<std::string>& listed, const Effect& effect);
  bool IsStopping();

  storage::Database& database_;
  const base::Clock& clock_;
  const Effect effect_;
  const Effect later_;
  std::shared_ptr<client::SchedulingConnection> scheduling_;

  mutable base::Mutex mutex_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time as_of_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::unique_ptr<client::AppointmentWatch> watch_ ABSL_GUARDED_BY(mutex_);
  std::vector<Event> kept_ ABSL_GUARDED_BY(mutex_);  // and not being written yet
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status written_ ABSL_GUARDED_BY(mutex_);
  bool is_away_ = false;  // scheduling does not tell; of the thread only
  std::thread thread_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SCHEDULING_VISITS_H_
