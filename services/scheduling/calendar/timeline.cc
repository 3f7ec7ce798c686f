#include "services/scheduling/calendar/timeline.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

#include "absl/functional/function_ref.h"

namespace clarity::calendar {
namespace {

bool Intersects(const Bits512& a, const Bits512& b) {
  uint64_t common = 0;
  for (int w = 0; w < 8; ++w) common |= a.words[w] & b.words[w];
  return common != 0;
}

// The first run of ticks that `blocks`.
std::optional<Interval> FirstRun(Interval interval, absl::FunctionRef<bool(Tick)> blocks) {
  Tick begin = interval.begin;
  while (begin < interval.end && !blocks(begin)) ++begin;
  if (begin >= interval.end) return std::nullopt;
  Tick end = begin + 1;
  while (end < interval.end && blocks(end)) ++end;
  return Interval{begin, end};
}

}  // namespace

Timeline::Timeline(int capacity, PageRange pages) : capacity_(capacity), pages_(pages) {
  assert(1 <= capacity && capacity <= kCapacityMax);
  assert(pages.count >= 0);
}

void Timeline::SetOpen(Location location, PageIndex page, const Bits512& open) {
  assert(pages_.Contains(page));
  OpenRowFor(location)[Offset(page)] = open;
}

void Timeline::Open(Location location, Interval interval) {
  Row& row = OpenRowFor(location);
  ForEachPage(interval, [&](size_t offset, const Bits512& mask) {
    for (int w = 0; w < 8; ++w) row[offset].words[w] |= mask.words[w];
  });
}

void Timeline::ApplyClaim(Interval interval, int shares) {
  ForEachPage(interval, [&](size_t offset, const Bits512& mask) {
    for (int share = 0; share < std::min(shares, capacity_); ++share) AddShare(offset, mask);
  });
}

// Each tick goes into the lowest plane it is not in yet; what is in all of them opens a new one.
void Timeline::AddShare(size_t offset, const Bits512& ticks) {
  Bits512 rest = ticks;
  for (size_t plane = 0; rest.any(); ++plane) {
    if (plane == used_.size()) used_.push_back(NewRow());
    Bits512& used = used_[plane][offset];
    for (int w = 0; w < 8; ++w) {
      const uint64_t already = used.words[w] & rest.words[w];
      used.words[w] |= rest.words[w];
      rest.words[w] = already;
    }
  }
}

void Timeline::RemoveClaim(Interval interval, int shares) {
  ForEachPage(interval, [&](size_t offset, const Bits512& mask) {
    for (int share = 0; share < std::min(shares, capacity_); ++share) RemoveShare(offset, mask);
  });
}

// Each tick leaves the highest plane it is in.
void Timeline::RemoveShare(size_t offset, const Bits512& ticks) {
  Bits512 rest = ticks;
  for (size_t plane = used_.size(); plane-- > 0;) {
    Bits512& used = used_[plane][offset];
    for (int w = 0; w < 8; ++w) {
      const uint64_t leaving = used.words[w] & rest.words[w];
      used.words[w] &= ~leaving;
      rest.words[w] &= ~leaving;
    }
  }
  assert(!rest.any());  // a claim that was never applied
}

bool Timeline::IsOpen(Location location, Interval interval) const {
  return Throughout(OpenRow(location), nullptr, interval);
}

bool Timeline::IsFree(Location location, Interval interval, int shares) const {
  if (shares > capacity_) return false;
  const Bits512* used = shares == 0 ? nullptr : UsedRow(capacity_ - shares + 1);
  return Throughout(OpenRow(location), used, interval);
}

bool Timeline::Throughout(const Bits512* open, const Bits512* used, Interval interval) const {
  if (interval.empty()) return true;
  if (open == nullptr || Intersection(interval, pages_.interval()) != interval) return false;
  // Word by word: a visit's stretch seldom has more than two, and each start asks for many.
  const Tick origin = pages_.first * kPageTicks;
  for (Tick at = interval.begin - origin; at < interval.end - origin;) {
    const Tick word_end = std::min(interval.end - origin, at / 64 * 64 + 64);
    const uint64_t mask = ~uint64_t{0} >> (64 - (word_end - at)) << (at % 64);
    const auto page = static_cast<size_t>(at / kPageTicks);
    const Tick word = at % kPageTicks / 64;
    if ((open[page].words[word] & mask) != mask) return false;
    if (used != nullptr && (used[page].words[word] & mask) != 0) return false;
    at = word_end;
  }
  return true;
}

std::optional<Interval> Timeline::FirstClosed(Location location, Interval interval) const {
  return FirstRun(interval, [&](Tick tick) { return !IsOpen(location, Interval{tick, tick + 1}); });
}

std::optional<Interval> Timeline::FirstTaken(Interval interval, int shares) const {
  return FirstRun(interval, [&](Tick tick) {
    return UsedMax(Interval{tick, tick + 1}) + shares > capacity_;
  });
}

int Timeline::FreeTicks(Location location, Interval interval) const {
  const Bits512* open = OpenRow(location);
  const Bits512* used = UsedRow(capacity_);
  int free = 0;
  if (open == nullptr) return free;
  ForEachPage(interval, [&](size_t offset, const Bits512& mask) {
    Bits512 bits = mask;
    for (int w = 0; w < 8; ++w) {
      bits.words[w] &= open[offset].words[w] & ~(used == nullptr ? 0 : used[offset].words[w]);
    }
    free += bits.count();
  });
  return free;
}

int Timeline::UsedMax(Interval interval) const {
  int used_max = 0;
  ForEachPage(interval, [&](size_t offset, const Bits512& mask) {
    int used = static_cast<int>(used_.size());
    while (used > used_max && !Intersects(used_[used - 1][offset], mask)) --used;
    used_max = std::max(used_max, used);
  });
  return used_max;
}

const Bits512* Timeline::OpenRow(Location location) const {
  for (const auto& [place, row] : open_) {
    if (place == location) return row.data();
  }
  return nullptr;
}

const Bits512* Timeline::UsedRow(int shares_at_least) const {
  assert(shares_at_least >= 1);
  const size_t plane = static_cast<size_t>(shares_at_least) - 1;
  return plane < used_.size() ? used_[plane].data() : nullptr;
}

Timeline::Row& Timeline::OpenRowFor(Location location) {
  for (auto& [place, row] : open_) {
    if (place == location) return row;
  }
  return open_.emplace_back(location, NewRow()).second;
}

void Timeline::ForEachPage(Interval interval,
                           absl::FunctionRef<void(size_t, const Bits512&)> visit) const {
  const Interval covered = Intersection(interval, pages_.interval());
  const PageRange touched = PagesOf(covered);
  for (PageIndex page = touched.first; page < touched.end(); ++page) {
    visit(Offset(page), PageMask(page, covered));
  }
}

}  // namespace clarity::calendar
