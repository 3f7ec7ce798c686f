#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_CACHE_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_CACHE_H_

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/platform/base/mutex.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/booking/calendar_rows.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/catalog/snapshot.h"

namespace clarity::scheduling {

// The timelines that searches look at, kept in memory. A cache and nothing more: whatever it
// holds, a booking decides by the rows of its own transaction.
//
// A resource is loaded when it is first asked for, and from then on every commit brings it up to
// date. A commit that lands while a resource is being loaded makes the load start again, so that
// none is lost in between. The other way round, a load may read a commit before word of it arrives
// here; so each claim is put in and taken out once, however often it is told. Safe for any number
// of threads.
class CalendarCache {
 public:
  explicit CalendarCache(storage::Database* database) : database_(database) {}

  // The timelines of these resources (of the snapshot), covering `pages` at least, without what
  // `without_owner` has (empty: nobody is left out). Never within a transaction: it may load.
  // UNAVAILABLE when a resource changes faster than it loads.
  absl::StatusOr<std::vector<std::shared_ptr<const calendar::Timeline>>> Get(
      const catalog::Snapshot& snapshot, absl::Span<const int> resources, calendar::PageRange pages,
      absl::Time now, absl::string_view without_owner = "");

  // The timeline of one of them, if it is at hand; null otherwise. Never loads: also for use within
  // a transaction, where it says who is worth a look, and nothing else.
  std::shared_ptr<const calendar::Timeline> Peek(const catalog::Snapshot& snapshot, int resource,
                                                 calendar::PageRange pages);

  // After a commit: what was given up, and what was taken.
  void Apply(const std::vector<Claim>& removed, const std::vector<Claim>& added);
  // After a commit: claims of this owner on the resources hold until `expire_time`.
  void SetExpiry(const std::vector<Claim>& claims, absl::Time expire_time);

 private:
  // What tells a claim from the others of its resource: owner, begin, end, shares.
  using ClaimKey = std::tuple<std::string, calendar::Tick, calendar::Tick, int>;
  struct Entry {
    int64_t catalog_version = -1;
    std::shared_ptr<const calendar::Timeline> timeline;  // null: never loaded
    absl::flat_hash_set<ClaimKey> claims;                // those in `timeline`
    std::vector<Claim> expiring;                         // those of them that will
    int64_t commits = 0;                                 // that have touched the resource
  };

  static ClaimKey KeyOf(const Claim& claim);
  // `timeline` is the entry's, or what will be.
  static void Put(const Claim& claim, Entry* entry, calendar::Timeline* timeline);
  static void Take(const Claim& claim, Entry* entry, calendar::Timeline* timeline);

  Entry& EntryOf(const catalog::Snapshot& snapshot, int resource)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsCurrent(const Entry& entry, const catalog::Snapshot& snapshot,
                 calendar::PageRange pages) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::shared_ptr<const calendar::Timeline>> LoadOne(
      const catalog::Snapshot& snapshot, int resource, calendar::PageRange pages, absl::Time now,
      absl::string_view without_owner);
  // The timeline of the entry, less the owner's claims in it.
  static std::shared_ptr<const calendar::Timeline> Without(absl::string_view owner,
                                                           const Entry& entry);
  // Takes claims whose time is over out of the timeline.
  void DropExpired(Entry* entry, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  storage::Database* const database_;

  base::Mutex mutex_;
  absl::node_hash_map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);  // by resource name
  // The same by the numbers of one version of the catalog, the one asked for last: a search asks
  // for a hundred. Null: not asked for yet.
  std::vector<Entry*> numbered_ ABSL_GUARDED_BY(mutex_);
  int64_t numbered_version_ ABSL_GUARDED_BY(mutex_) = -1;
};

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_CACHE_H_
