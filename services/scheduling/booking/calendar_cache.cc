#include "services/scheduling/booking/calendar_cache.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "services/platform/base/errors.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/status_macros.h"

namespace clarity::scheduling {
namespace {

using calendar::PageRange;
using calendar::Timeline;

constexpr char kResourcePrefix[] = "resources/";

bool Covers(PageRange outer, PageRange inner) {
  return outer.first <= inner.first && inner.end() <= outer.end();
}

// Room around what is asked for, so that the next day's search does not load again.
PageRange WithMargin(PageRange pages) {
  constexpr int kMarginPages = 8;  // two weeks
  return {pages.first, pages.count + kMarginPages};
}

}  // namespace

absl::StatusOr<std::vector<std::shared_ptr<const Timeline>>> CalendarCache::Get(
    const catalog::Snapshot& snapshot, absl::Span<const int> resources, PageRange pages,
    absl::Time now, absl::string_view without_owner) {
  std::vector<std::shared_ptr<const Timeline>> timelines(resources.size());
  std::vector<size_t> missing;
  {
    base::MutexLock lock(&mutex_);
    for (size_t i = 0; i < resources.size(); ++i) {
      Entry& entry = EntryOf(snapshot, resources[i]);
      if (IsCurrent(entry, snapshot, pages)) {
        DropExpired(&entry, now);
        timelines[i] = Without(without_owner, entry);
      } else {
        missing.push_back(i);
      }
    }
  }
  for (const size_t i : missing) {
    ASSIGN_OR_RETURN(timelines[i], LoadOne(snapshot, resources[i], pages, now, without_owner));
  }
  return timelines;
}

std::shared_ptr<const Timeline> CalendarCache::Peek(const catalog::Snapshot& snapshot, int resource,
                                                    PageRange pages) {
  base::MutexLock lock(&mutex_);
  // Of another version of the catalog the resources have other numbers.
  if (numbered_version_ != snapshot.version()) return nullptr;
  const Entry* entry = numbered_[static_cast<size_t>(resource)];
  return entry != nullptr && IsCurrent(*entry, snapshot, pages) ? entry->timeline : nullptr;
}

CalendarCache::Entry& CalendarCache::EntryOf(const catalog::Snapshot& snapshot, int resource) {
  if (numbered_version_ != snapshot.version()) {
    numbered_.assign(static_cast<size_t>(snapshot.resource_count()), nullptr);
    numbered_version_ = snapshot.version();
  }
  Entry*& entry = numbered_[static_cast<size_t>(resource)];
  if (entry == nullptr) entry = &entries_[snapshot.resource(resource).name()];
  return *entry;
}

bool CalendarCache::IsCurrent(const Entry& entry, const catalog::Snapshot& snapshot,
                              PageRange pages) const {
  return entry.timeline != nullptr && entry.catalog_version == snapshot.version() &&
         Covers(entry.timeline->pages(), pages);
}

absl::StatusOr<std::shared_ptr<const Timeline>> CalendarCache::LoadOne(
    const catalog::Snapshot& snapshot, int resource, PageRange pages, absl::Time now,
    absl::string_view without_owner) {
  constexpr int kAttemptsMax = 20;
  const std::string& name = snapshot.resource(resource).name();
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    int64_t commits_before = 0;
    {
      base::MutexLock lock(&mutex_);
      Entry& entry = entries_[name];
      commits_before = entry.commits;
      // Keeps what another range of pages has needed so far, unless it lies apart.
      if (entry.timeline != nullptr) {
        const PageRange had = entry.timeline->pages();
        const auto first = std::min(had.first, pages.first);
        const auto end = std::max(had.end(), pages.end());
        if (end - first <= 2 * (had.count + pages.count)) {
          pages = {first, static_cast<int>(end - first)};
        }
      }
    }
    const PageRange loaded = WithMargin(pages);
    auto timeline = std::make_shared<Timeline>(snapshot.CapacityOf(resource), loaded);
    snapshot.FillOpen(resource, timeline.get());
    std::vector<Claim> claims;
    RETURN_IF_ERROR(database_->ReadAndWait([&](storage::Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(claims, ReadClaims(transaction, name, loaded));
      return absl::OkStatus();
    }));
    Entry fresh{snapshot.version(), timeline, {}, {}, commits_before};
    for (const Claim& claim : claims) {
      if (!claim.Expired(now)) Put(claim, &fresh, timeline.get());
    }

    base::MutexLock lock(&mutex_);
    Entry& entry = entries_[name];
    if (entry.commits != commits_before) continue;  // what was read may lack a commit
    auto wanted = Without(without_owner, fresh);
    // A search that began with an older catalog does not push out what a newer one has loaded.
    if (entry.timeline == nullptr || entry.catalog_version <= fresh.catalog_version) {
      entry = std::move(fresh);
    }
    return wanted;
  }
  return base::Unavailable("many are booking these times", clarity::limits::kRetryAfter);
}

std::shared_ptr<const Timeline> CalendarCache::Without(absl::string_view owner,
                                                       const Entry& entry) {
  std::shared_ptr<Timeline> without;
  if (owner.empty()) return entry.timeline;
  for (const auto& [claimant, begin, end, shares] : entry.claims) {
    if (claimant != owner) continue;
    if (without == nullptr) without = std::make_shared<Timeline>(*entry.timeline);
    without->RemoveClaim({begin, end}, shares);
  }
  return without == nullptr ? entry.timeline : without;
}

CalendarCache::ClaimKey CalendarCache::KeyOf(const Claim& claim) {
  return {claim.owner, claim.interval.begin, claim.interval.end, claim.shares};
}

void CalendarCache::Put(const Claim& claim, Entry* entry, Timeline* timeline) {
  if (!entry->claims.insert(KeyOf(claim)).second) return;
  timeline->ApplyClaim(claim.interval, claim.shares);
  if (claim.expire_time != absl::InfiniteFuture()) entry->expiring.push_back(claim);
}

void CalendarCache::Take(const Claim& claim, Entry* entry, Timeline* timeline) {
  if (entry->claims.erase(KeyOf(claim)) == 0) return;
  timeline->RemoveClaim(claim.interval, claim.shares);
  const auto is_it = [&](const Claim& known) { return KeyOf(known) == KeyOf(claim); };
  entry->expiring.erase(std::remove_if(entry->expiring.begin(), entry->expiring.end(), is_it),
                        entry->expiring.end());
}

void CalendarCache::DropExpired(Entry* entry, absl::Time now) {
  if (entry->expiring.empty()) return;
  std::vector<Claim> expired;
  for (const Claim& claim : entry->expiring) {
    if (claim.Expired(now)) expired.push_back(claim);
  }
  if (expired.empty()) return;
  auto timeline = std::make_shared<Timeline>(*entry->timeline);
  for (const Claim& claim : expired) Take(claim, entry, timeline.get());
  entry->timeline = std::move(timeline);
}

void CalendarCache::Apply(const std::vector<Claim>& removed, const std::vector<Claim>& added) {
  base::MutexLock lock(&mutex_);
  // One copy for each resource touched, however many of its claims change.
  absl::flat_hash_map<std::string, std::shared_ptr<Timeline>> changed;
  const auto changing = [&](const std::string& resource) -> std::pair<Entry*, Timeline*> {
    // A patient's own time has no timeline.
    if (!absl::StartsWith(resource, kResourcePrefix)) return {nullptr, nullptr};
    Entry& entry = entries_[resource];
    auto& copy = changed[resource];
    if (copy == nullptr && entry.timeline != nullptr) {
      copy = std::make_shared<Timeline>(*entry.timeline);
    }
    ++entry.commits;
    return {&entry, copy.get()};
  };
  for (const Claim& claim : removed) {
    const auto [entry, timeline] = changing(claim.resource);
    if (timeline != nullptr) Take(claim, entry, timeline);
  }
  for (const Claim& claim : added) {
    const auto [entry, timeline] = changing(claim.resource);
    if (timeline != nullptr) Put(claim, entry, timeline);
  }
  for (auto& [resource, timeline] : changed) {
    if (timeline != nullptr) entries_[resource].timeline = std::move(timeline);
  }
}

void CalendarCache::SetExpiry(const std::vector<Claim>& claims, absl::Time expire_time) {
  // Taken out and put back: a search whose clock ran ahead may have dropped them as expired.
  std::vector<Claim> renewed = claims;
  for (Claim& claim : renewed) claim.expire_time = expire_time;
  Apply(renewed, renewed);
}

}  // namespace clarity::scheduling
