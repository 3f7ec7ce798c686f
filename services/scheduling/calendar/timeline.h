#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_TIMELINE_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_TIMELINE_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::calendar {

// Where a resource is open: a number the caller gives to each clinic and to telehealth. A
// clinician who floats is open at one place at a time, and taken everywhere at once.
using Location = int;

inline constexpr int kCapacityMax = 16;
// What a claim says that takes all there is, however much that comes to be: one-to-one care, a
// block.
inline constexpr int kAllShares = kCapacityMax;

// One resource over consecutive pages: where it is open, and how many of its shares are used.
//
// A plain value: a cache keeps it as shared_ptr<const Timeline>, copies it to change it and
// swaps the pointer, so a search never waits for a booking. A booking builds a small one from
// the rows of its own transaction. Beyond its pages nothing is open, and claims are clipped.
//
// Use is kept as planes: plane k has the bit of every tick at which at least k shares are used.
// "s more shares fit" is then a single plane: open and not plane[capacity - s + 1].
class Timeline {
 public:
  // `capacity` in shares, 1..kCapacityMax. Nothing is open and nothing used.
  Timeline(int capacity, PageRange pages);

  int capacity() const { return capacity_; }
  PageRange pages() const { return pages_; }

  // Replaces what is open at `location` in one of the pages.
  void SetOpen(Location location, PageIndex page, const Bits512& open);
  // Adds to what is open at `location`.
  void Open(Location location, Interval interval);

  // Claims together may exceed the capacity, for an override may: the count stays exact. One claim
  // counts for no more than the capacity.
  void ApplyClaim(Interval interval, int shares);
  // Only what was applied before.
  void RemoveClaim(Interval interval, int shares);

  bool IsOpen(Location location, Interval interval) const;
  // Whether `shares` more are free throughout, at a resource that is open throughout.
  bool IsFree(Location location, Interval interval, int shares) const;

  // The first stretch of `interval` in which the resource is not open, or has not `shares` left;
  // nothing if there is none.
  std::optional<Interval> FirstClosed(Location location, Interval interval) const;
  std::optional<Interval> FirstTaken(Interval interval, int shares) const;

  // At how many ticks of `interval` it is open and has a share left.
  int FreeTicks(Location location, Interval interval) const;

  // The most shares used at any tick of `interval`.
  int UsedMax(Interval interval) const;

  // For the search: `pages().count` pages, or null where every bit would be zero. Valid until the
  // next change.
  const Bits512* OpenRow(Location location) const;
  const Bits512* UsedRow(int shares_at_least) const;  // 1 or more

 private:
  using Row = std::vector<Bits512>;

  size_t Offset(PageIndex page) const { return static_cast<size_t>(page - pages_.first); }
  Row NewRow() const { return Row(static_cast<size_t>(pages_.count)); }
  Row& OpenRowFor(Location location);
  void AddShare(size_t offset, const Bits512& ticks);
  void RemoveShare(size_t offset, const Bits512& ticks);
  // Whether `open` has all ticks of `interval`, and `used`, unless it is null, has none.
  bool Throughout(const Bits512* open, const Bits512* used, Interval interval) const;
  // The pages of ours that `interval` touches, each with the ticks it touches there.
  void ForEachPage(Interval interval,
                   absl::FunctionRef<void(size_t offset, const Bits512& mask)> visit) const;

  int capacity_;
  PageRange pages_;
  std::vector<std::pair<Location, Row>> open_;  // few: a resource floats between two or three
  std::vector<Row> used_;                       // plane k at [k - 1]; as many as ever were needed
};

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_TIMELINE_H_
