#ifndef CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_ROWS_H_
#define CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/platform/storage/database.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"
#include "services/scheduling/calendar/timeline.h"
#include "services/scheduling/catalog/catalog_store.h"
#include "services/scheduling/catalog/snapshot.h"

// The rows that make a double booking impossible: `calendar_page` says what is open and is the
// lock, `claim` says what is taken. Everything here runs inside one transaction.
//
// A booking first reads, without a lock, the pages of the resources it considers; then bumps the
// version of every page row it wants, in (resource, page) order, which makes it wait for whoever
// got there before; and goes on only if no version has moved in between. See DESIGN, section 4.
namespace clarity::scheduling {

// Time of one resource that an owner has. Never crosses a page, so a claim has exactly one lock.
struct Claim {
  std::string owner;     // "appointments/...", "holds/...", "blocks/..."
  std::string resource;  // "resources/...", or "patients/..." for the patient's own time
  calendar::Interval interval;
  int shares = 0;  // 0: only present
  absl::Time expire_time = absl::InfiniteFuture();

  bool Expired(absl::Time now) const { return expire_time <= now; }
};

// The claims one interval needs: cut at page borders.
void AppendClaims(absl::string_view owner, absl::string_view resource, calendar::Interval interval,
                  int shares, absl::Time expire_time, std::vector<Claim>* claims);

// What an override lets a booking disregard.
struct SetAside {
  bool open = false;    // take it for open throughout
  bool claims = false;  // over capacity: of other visits, not of blocks and holds

  bool any() const { return open || claims; }
};

class CalendarRows {
 public:
  // Nothing is kept beyond the transaction. Claims of `ignored_owners`, and those that expired
  // before `now`, are not in the way.
  CalendarRows(storage::Transaction& transaction, catalog::CatalogStore& catalog,
               const catalog::Snapshot& snapshot, absl::Time now,
               std::vector<std::string> ignored_owners, SetAside set_aside = {});

  // What the rows say of one resource over these pages; remembered, with the versions seen.
  absl::StatusOr<const calendar::Timeline*> Load(int resource, calendar::PageRange pages);
  // The same less what is set aside.
  absl::StatusOr<const calendar::Timeline*> LoadSetAside(int resource, calendar::PageRange pages);

  // Locks the pages of these resources. False when one of them has changed since Load: what was
  // loaded is forgotten and has to be looked at again (the locks are kept).
  absl::StatusOr<bool> Lock(std::vector<int> resources, calendar::PageRange pages);

  // Who is in the way of a resource (live, not ignored), by begin.
  absl::StatusOr<std::vector<Claim>> ClaimsOn(absl::string_view resource,
                                              calendar::Interval interval);

  absl::Status Insert(const std::vector<Claim>& claims);

 private:
  struct Loaded {
    calendar::Timeline timeline;
    calendar::Timeline set_aside;   // only where something is
    std::vector<int64_t> versions;  // a page each; 0: no row yet
  };

  absl::StatusOr<const Loaded*> LoadBoth(int resource, calendar::PageRange pages);

  // Fills in versions and what is open, and adds the claims that are in the way.
  struct Taken {
    calendar::Interval interval;
    int shares = 0;
    bool is_visit = false;
  };
  absl::Status LoadPages(int resource, calendar::PageRange pages, Loaded* loaded,
                         std::vector<Taken>* taken);
  // Locks one page row; 0: there was none. Whether it is still as it was seen.
  absl::StatusOr<bool> Bump(int resource, calendar::PageIndex page, int64_t seen);
  absl::Status GuardRules(absl::string_view resource);
  absl::Status DeleteExpired(absl::string_view resource, calendar::PageIndex page);
  bool InTheWay(absl::string_view owner, absl::Time expire_time) const;

  storage::Transaction& transaction_;
  catalog::CatalogStore& catalog_;
  const catalog::Snapshot& snapshot_;
  const absl::Time now_;
  const std::vector<std::string> ignored_owners_;
  const SetAside set_aside_;
  absl::flat_hash_map<int, std::unique_ptr<Loaded>> loaded_;
};

// All that an owner has.
absl::StatusOr<std::vector<Claim>> ReadOwnedClaims(storage::Transaction& transaction,
                                                   absl::string_view owner);

// Gives up all that the owner has, and says what that was.
absl::StatusOr<std::vector<Claim>> DeleteClaims(storage::Transaction& transaction,
                                                absl::string_view owner);

// Sets until when the owner's claims hold, and says which they are.
absl::StatusOr<std::vector<Claim>> SetClaimsExpiry(storage::Transaction& transaction,
                                                   absl::string_view owner, absl::Time expire_time);

// Live claims of a resource from a page on, for the search cache: without looking at expiry.
absl::StatusOr<std::vector<Claim>> ReadClaims(storage::Transaction& transaction,
                                              absl::string_view resource,
                                              calendar::PageRange pages);

// After the rules of a resource have changed (or it is gone): the rows from page `first` on that
// exist say what is open now.
absl::Status RewriteOpen(storage::Transaction& transaction, const catalog::Snapshot& snapshot,
                         absl::string_view resource, calendar::PageIndex first);

}  // namespace clarity::scheduling

#endif  // CLARITY_SERVICES_SCHEDULING_BOOKING_CALENDAR_ROWS_H_
