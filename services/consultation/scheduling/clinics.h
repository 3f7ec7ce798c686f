#ifndef CLARITY_SERVICES_CONSULTATION_SCHEDULING_CLINICS_H_
#define CLARITY_SERVICES_CONSULTATION_SCHEDULING_CLINICS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "clarity/scheduling/v1/catalog.pb.h"
#include "clients/core/catalog_connection.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"

namespace clarity::consultation {

// The clock a clinic goes by.
absl::StatusOr<absl::TimeZone> ZoneOf(const scheduling::v1::Clinic& clinic);

// The clinics as scheduling has last told of them, kept in a table of our own: where a clinic is
// and which clock it goes by must be known while scheduling is away.
//
// They are asked for again now and then, and at once when somebody names one that is not known.
class Clinics {
 public:
  // Outlives it.
  explicit Clinics(storage::Database* database) : database_(*database) {}
  ~Clinics();

  // From now on asks scheduling, on a thread of its own.
  void Follow(std::shared_ptr<client::CatalogConnection> catalog);
  void Stop();

  // UNAVAILABLE while scheduling might know a clinic of that name: asked again, it is there, or
  // NOT_FOUND.
  absl::StatusOr<scheduling::v1::Clinic> Find(storage::Transaction& transaction,
                                              const std::string& name);

  static absl::StatusOr<std::vector<std::string>> Names(storage::Transaction& transaction);
  // The countries there are clinics in (ISO 3166), for telephone numbers without one. UNAVAILABLE
  // while no clinic is known and scheduling might know some.
  absl::StatusOr<std::vector<std::string>> Countries(storage::Transaction& transaction);

 private:
  void Run();
  absl::Status Refresh();
  // Whether scheduling was asked since the clinic ("": any) was first looked for in vain.
  bool IsKnownMissing(const std::string& name);

  storage::Database& database_;
  std::shared_ptr<client::CatalogConnection> catalog_;

  base::Mutex mutex_;
  base::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t begun_ ABSL_GUARDED_BY(mutex_) = 0;  // refreshes, also the one under way
  int64_t done_ ABSL_GUARDED_BY(mutex_) =
      0;  // of them, those that succeeded: the last one's number
  std::map<std::string, int64_t> missed_ ABSL_GUARDED_BY(mutex_);  // by name: `begun_` then
  std::thread thread_;
};

}  // namespace clarity::consultation

#endif  // CLARITY_SERVICES_CONSULTATION_SCHEDULING_CLINICS_H_
