#include "services/scheduling/booking/calendar_rows.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"
#include "services/scheduling/records.pb.h"

namespace clarity::scheduling {
namespace {

using calendar::Bits512;
using calendar::Interval;
using calendar::PageIndex;
using calendar::PageRange;
using calendar::Timeline;
using storage::Row;
using storage::Sql;
using storage::Transaction;
using storage::Value;

// Pages with their claims, in one statement: so they are of one moment, whatever commits meanwhile.
// There are no claims where there is no page.
constexpr Sql kReadPages = {
    "SELECT p.page, p.version, p.open, c.owner, c.begin_tick, c.end_tick, c.shares, c.expire_time "
    "FROM calendar_page AS p LEFT JOIN claim AS c ON c.resource = p.resource AND c.page = p.page "
    "WHERE p.resource = $1 AND p.page >= $2 AND p.page < $3"};
constexpr Sql kMakePage = {
    "INSERT INTO calendar_page (resource, page, version, open) VALUES ($1, $2, 1, $3) "
    "ON CONFLICT (resource, page) DO NOTHING"};
constexpr Sql kBumpPageAsSeen = {
    "UPDATE calendar_page SET version = version + 1 "
    "WHERE resource = $1 AND page = $2 AND version = $3"};
constexpr Sql kBumpPage = {
    "UPDATE calendar_page SET version = version + 1 WHERE resource = $1 AND page = $2"};
// In the order of the primary key, which is that of time: claims are cut at page borders.
constexpr Sql kReadClaims = {
    "SELECT owner, begin_tick, end_tick, shares, expire_time FROM claim "
    "WHERE resource = $1 AND page >= $2 AND page < $3 ORDER BY page, begin_tick, owner"};
constexpr Sql kInsertClaim = {
    "INSERT INTO claim (owner, resource, page, begin_tick, end_tick, shares, expire_time) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kReadOwned = {
    "SELECT resource, begin_tick, end_tick, shares, expire_time FROM claim WHERE owner = $1"};
constexpr Sql kDeleteOwned = {"DELETE FROM claim WHERE owner = $1"};
constexpr Sql kSetExpiry = {"UPDATE claim SET expire_time = $2 WHERE owner = $1"};
constexpr Sql kReadExpired = {
    "SELECT owner FROM claim WHERE resource = $1 AND page = $2 AND expire_time <= $3"};
constexpr Sql kFindExpiredHold = {"SELECT name FROM hold WHERE expire_time <= $1 LIMIT 1"};
constexpr Sql kDropHold = {"DELETE FROM hold WHERE name = $1"};
constexpr Sql kReadPagesFrom = {
    "SELECT page, open FROM calendar_page WHERE resource = $1 AND page >= $2 ORDER BY page"};
constexpr Sql kUpdateOpen = {
    "UPDATE calendar_page SET open = $3, version = version + 1 "
    "WHERE resource = $1 AND page = $2"};

// The largest a BIGINT holds: claims of appointments never expire.
constexpr int64_t kNever = INT64_MAX;

Value ExpiryValue(absl::Time time) {
  return time == absl::InfiniteFuture() ? Value::Integer(kNever) : Value::Time(time);
}

absl::Time ExpiryOf(const Row& row, int column) {
  return row.Integer(column) == kNever ? absl::InfiniteFuture() : row.Time(column);
}

// What the rules say is open, as it is written into the row. Places go by name: their numbers
// change with the catalog.
std::string OpenBody(const catalog::Snapshot& snapshot, int resource, PageIndex page) {
  storage::v1::CalendarPageRecord record;
  for (const calendar::Location location : snapshot.LocationsOf(resource)) {
    const Bits512 open = snapshot.OpenPage(resource, location, page);
    if (!open.any()) continue;
    auto* place = record.add_places();
    place->set_location(snapshot.LocationName(location));
    place->set_open(open.ToBytes());
  }
  return record.SerializeAsString();
}

absl::Status ReadOpen(const catalog::Snapshot& snapshot, absl::string_view body, PageIndex page,
                      Timeline* timeline) {
  storage::v1::CalendarPageRecord record;
  if (!record.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return base::Internal("a row of calendar_page does not parse");
  }
  for (const auto& place : record.places()) {
    ASSIGN_OR_RETURN(const Bits512 open, Bits512::FromBytes(place.open()));
    if (const auto location = snapshot.FindLocation(place.location()); location.has_value()) {
      timeline->SetOpen(*location, page, open);
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AppendClaims(absl::string_view owner, absl::string_view resource, Interval interval,
                  int shares, absl::Time expire_time, std::vector<Claim>* claims) {
  const PageRange pages = calendar::PagesOf(interval);
  for (PageIndex page = pages.first; page < pages.end(); ++page) {
    claims->push_back({std::string(owner), std::string(resource),
                       calendar::Intersection(interval, calendar::PageInterval(page)), shares,
                       expire_time});
  }
}

CalendarRows::CalendarRows(Transaction& transaction, catalog::CatalogStore& catalog,
                           const catalog::Snapshot& snapshot, absl::Time now,
                           std::vector<std::string> ignored_owners, SetAside set_aside)
    : transaction_(transaction),
      catalog_(catalog),
      snapshot_(snapshot),
      now_(now),
      ignored_owners_(std::move(ignored_owners)),
      set_aside_(set_aside) {}

bool CalendarRows::InTheWay(absl::string_view owner, absl::Time expire_time) const {
  return expire_time > now_ && !absl::c_linear_search(ignored_owners_, owner);
}

absl::StatusOr<const Timeline*> CalendarRows::Load(int resource, PageRange pages) {
  ASSIGN_OR_RETURN(const Loaded* loaded, LoadBoth(resource, pages));
  return &loaded->timeline;
}

absl::StatusOr<const Timeline*> CalendarRows::LoadSetAside(int resource, PageRange pages) {
  ASSIGN_OR_RETURN(const Loaded* loaded, LoadBoth(resource, pages));
  return set_aside_.any() ? &loaded->set_aside : &loaded->timeline;
}

absl::StatusOr<const CalendarRows::Loaded*> CalendarRows::LoadBoth(int resource, PageRange pages) {
  auto& slot = loaded_[resource];
  if (slot == nullptr) {
    const int capacity = snapshot_.CapacityOf(resource);
    auto loaded = std::make_unique<Loaded>(
        Loaded{Timeline(capacity, pages), Timeline(capacity, {pages.first, 0}),
               std::vector<int64_t>(static_cast<size_t>(pages.count), 0)});
    Timeline& timeline = loaded->timeline;
    std::vector<Taken> taken;
    RETURN_IF_ERROR(LoadPages(resource, pages, loaded.get(), &taken));
    if (set_aside_.claims) {
      loaded->set_aside = timeline;
      for (const Taken& claim : taken) {
        if (!claim.is_visit) loaded->set_aside.ApplyClaim(claim.interval, claim.shares);
      }
    }
    for (const Taken& claim : taken) timeline.ApplyClaim(claim.interval, claim.shares);
    if (!set_aside_.claims && set_aside_.open) loaded->set_aside = timeline;
    if (set_aside_.open) {
      for (const calendar::Location location : snapshot_.LocationsOf(resource)) {
        loaded->set_aside.Open(location, pages.interval());
      }
    }
    slot = std::move(loaded);
  }
  return slot.get();
}

absl::Status CalendarRows::LoadPages(int resource, PageRange pages, Loaded* loaded,
                                     std::vector<Taken>* taken) {
  const std::string& name = snapshot_.resource(resource).name();
  RETURN_IF_ERROR(transaction_.Query(
      kReadPages, {Value::Text(name), Value::Integer(pages.first), Value::Integer(pages.end())},
      [&](const Row& row) -> absl::Status {
        const PageIndex page = row.Integer(0);
        int64_t& version = loaded->versions[static_cast<size_t>(page - pages.first)];
        if (version == 0) {
          version = row.Integer(1);
          RETURN_IF_ERROR(ReadOpen(snapshot_, row.Text(2), page, &loaded->timeline));
        }
        if (!row.IsNull(3) && InTheWay(row.Text(3), ExpiryOf(row, 7))) {
          taken->push_back({{row.Integer(4), row.Integer(5)},
                            static_cast<int>(row.Integer(6)),
                            absl::StartsWith(row.Text(3), "appointments/")});
        }
        return absl::OkStatus();
      }));
  // Pages nobody has touched yet have no row: the rules themselves say what is open.
  for (PageIndex page = pages.first; page < pages.end(); ++page) {
    if (loaded->versions[static_cast<size_t>(page - pages.first)] != 0) continue;
    for (const calendar::Location location : snapshot_.LocationsOf(resource)) {
      loaded->timeline.SetOpen(location, page, snapshot_.OpenPage(resource, location, page));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CalendarRows::Lock(std::vector<int> resources, PageRange pages) {
  absl::c_sort(resources, [&](int a, int b) {
    return snapshot_.resource(a).name() < snapshot_.resource(b).name();
  });
  bool unchanged = true;
  for (const int resource : resources) {
    for (PageIndex page = pages.first; page < pages.end(); ++page) {
      const auto seen = loaded_.find(resource);
      const int64_t version = seen == loaded_.end() || seen->second == nullptr
                                  ? 0
                                  : seen->second->versions[static_cast<size_t>(page - pages.first)];
      ASSIGN_OR_RETURN(const bool as_seen, Bump(resource, page, version));
      unchanged = unchanged && as_seen;
    }
  }
  if (!unchanged) loaded_.clear();
  return unchanged;
}

absl::StatusOr<bool> CalendarRows::Bump(int resource, PageIndex page, int64_t seen) {
  const std::string& name = snapshot_.resource(resource).name();
  if (seen == 0) RETURN_IF_ERROR(GuardRules(name));
  ASSIGN_OR_RETURN(
      const int64_t bumped,
      seen == 0
          ? transaction_.Execute(kMakePage, {Value::Text(name), Value::Integer(page),
                                             Value::Bytes(OpenBody(snapshot_, resource, page))})
          : transaction_.Execute(kBumpPageAsSeen,
                                 {Value::Text(name), Value::Integer(page), Value::Integer(seen)}));
  if (bumped == 1) return true;
  // Somebody was there before: it is locked all the same, for the next attempt.
  RETURN_IF_ERROR(
      transaction_.Execute(kBumpPage, {Value::Text(name), Value::Integer(page)}).status());
  return false;
}

// A row that is made now must not miss a change of the rules that commits meanwhile: the change
// takes the same guard, and the version of the catalog is looked at once more.
absl::Status CalendarRows::GuardRules(absl::string_view resource) {
  RETURN_IF_ERROR(transaction_.BumpGuard(absl::StrCat("rules/", resource)));
  ASSIGN_OR_RETURN(const auto current, catalog_.At(transaction_));
  return current->version() == snapshot_.version()
             ? absl::OkStatus()
             : base::Unavailable("the catalog has just changed", clarity::limits::kRetryAfter);
}

absl::StatusOr<std::vector<Claim>> CalendarRows::ClaimsOn(absl::string_view resource,
                                                          Interval interval) {
  ASSIGN_OR_RETURN(auto claims, ReadClaims(transaction_, resource, calendar::PagesOf(interval)));
  claims.erase(std::remove_if(claims.begin(), claims.end(),
                              [&](const Claim& claim) {
                                return !InTheWay(claim.owner, claim.expire_time) ||
                                       !claim.interval.Overlaps(interval);
                              }),
               claims.end());
  return claims;
}

absl::Status CalendarRows::Insert(const std::vector<Claim>& claims) {
  // Only what a hold has expires. Most often none is left to step over, and one look is enough.
  bool any_expired = false;
  RETURN_IF_ERROR(transaction_.Query(kFindExpiredHold, {Value::Time(now_)}, [&](const Row& row) {
    any_expired = true;
    return absl::OkStatus();
  }));
  for (size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    const PageIndex page = calendar::PageOf(claim.interval.begin);
    // The claims of a resource follow each other: once for all of them.
    if (any_expired && (i == 0 || claims[i - 1].resource != claim.resource ||
                        calendar::PageOf(claims[i - 1].interval.begin) != page)) {
      RETURN_IF_ERROR(DeleteExpired(claim.resource, page));
    }
    RETURN_IF_ERROR(
        transaction_
            .Execute(kInsertClaim,
                     {Value::Text(claim.owner), Value::Text(claim.resource), Value::Integer(page),
                      Value::Integer(claim.interval.begin), Value::Integer(claim.interval.end),
                      Value::Integer(claim.shares), ExpiryValue(claim.expire_time)})
            .status());
  }
  return absl::OkStatus();
}

// A hold that is stepped over ends here, whole: nothing waits for the sweeper.
absl::Status CalendarRows::DeleteExpired(absl::string_view resource, PageIndex page) {
  std::vector<std::string> expired;
  RETURN_IF_ERROR(transaction_.Query(
      kReadExpired, {Value::Text(resource), Value::Integer(page), Value::Time(now_)},
      [&](const Row& row) {
        if (!absl::c_linear_search(expired, row.Text(0))) expired.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  for (const std::string& owner : expired) {
    RETURN_IF_ERROR(transaction_.Execute(kDeleteOwned, {Value::Text(owner)}).status());
    RETURN_IF_ERROR(transaction_.Execute(kDropHold, {Value::Text(owner)}).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Claim>> ReadOwnedClaims(Transaction& transaction,
                                                   absl::string_view owner) {
  std::vector<Claim> claims;
  RETURN_IF_ERROR(transaction.Query(kReadOwned, {Value::Text(owner)}, [&](const Row& row) {
    claims.push_back({std::string(owner),
                      std::string(row.Text(0)),
                      {row.Integer(1), row.Integer(2)},
                      static_cast<int>(row.Integer(3)),
                      ExpiryOf(row, 4)});
    return absl::OkStatus();
  }));
  return claims;
}

absl::StatusOr<std::vector<Claim>> DeleteClaims(Transaction& transaction, absl::string_view owner) {
  ASSIGN_OR_RETURN(auto claims, ReadOwnedClaims(transaction, owner));
  RETURN_IF_ERROR(transaction.Execute(kDeleteOwned, {Value::Text(owner)}).status());
  return claims;
}

absl::StatusOr<std::vector<Claim>> SetClaimsExpiry(Transaction& transaction,
                                                   absl::string_view owner,
                                                   absl::Time expire_time) {
  RETURN_IF_ERROR(
      transaction.Execute(kSetExpiry, {Value::Text(owner), ExpiryValue(expire_time)}).status());
  return ReadOwnedClaims(transaction, owner);
}

absl::StatusOr<std::vector<Claim>> ReadClaims(Transaction& transaction, absl::string_view resource,
                                              PageRange pages) {
  std::vector<Claim> claims;
  RETURN_IF_ERROR(transaction.Query(
      kReadClaims,
      {Value::Text(resource), Value::Integer(pages.first), Value::Integer(pages.end())},
      [&](const Row& row) {
        claims.push_back({std::string(row.Text(0)),
                          std::string(resource),
                          {row.Integer(1), row.Integer(2)},
                          static_cast<int>(row.Integer(3)),
                          ExpiryOf(row, 4)});
        return absl::OkStatus();
      }));
  return claims;
}

absl::Status RewriteOpen(Transaction& transaction, const catalog::Snapshot& snapshot,
                         absl::string_view name, PageIndex first) {
  const std::optional<int> resource = snapshot.FindResource(name);
  RETURN_IF_ERROR(transaction.BumpGuard(absl::StrCat("rules/", name)));
  std::vector<std::pair<PageIndex, std::string>> rows;
  RETURN_IF_ERROR(transaction.Query(kReadPagesFrom, {Value::Text(name), Value::Integer(first)},
                                    [&](const Row& row) {
                                      rows.emplace_back(row.Integer(0), row.Text(1));
                                      return absl::OkStatus();
                                    }));
  for (const auto& [page, before] : rows) {
    const std::string open = resource ? OpenBody(snapshot, *resource, page) : std::string();
    if (open == before) continue;
    RETURN_IF_ERROR(
        transaction
            .Execute(kUpdateOpen, {Value::Text(name), Value::Integer(page), Value::Bytes(open)})
            .status());
  }
  return absl::OkStatus();
}

}  // namespace clarity::scheduling
