#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_PAGE_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_PAGE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::calendar {

// A page is 512 consecutive ticks, a bit a tick: a cache line, and a day and three quarters. It
// is what the store keeps in a row and what a booking locks.
using PageIndex = int64_t;

inline constexpr int kPageTicks = 512;
inline constexpr size_t kPageBytes = kPageTicks / 8;

// The page of a tick; pages before the epoch are negative.
inline constexpr PageIndex PageOf(Tick tick) {
  return tick >= 0 ? tick / kPageTicks : -((-tick + kPageTicks - 1) / kPageTicks);
}

inline constexpr Interval PageInterval(PageIndex page) {
  return {page * kPageTicks, (page + 1) * kPageTicks};
}

// Consecutive pages: `first`, and `count` of them.
struct PageRange {
  PageIndex first = 0;
  int count = 0;

  PageIndex end() const { return first + count; }
  bool Contains(PageIndex page) const { return first <= page && page < end(); }
  Interval interval() const { return {first * kPageTicks, end() * kPageTicks}; }
};

// The pages an interval touches; none if it is empty.
PageRange PagesOf(Interval interval);

struct alignas(kPageBytes) Bits512 {
  uint64_t words[8] = {};

  // `bit` in 0..511: the tick's place within its page.
  bool Test(int bit) const { return (words[bit / 64] >> (bit % 64)) & 1; }
  void Set(int begin, int end);    // bits [begin, end), 0 <= begin <= end <= 512
  void Clear(int begin, int end);  // as above
  bool any() const;
  int count() const;

  // 64 bytes, the first tick in the lowest bit of the first byte.
  std::string ToBytes() const;
  static absl::StatusOr<Bits512> FromBytes(absl::string_view bytes);

  friend bool operator==(const Bits512& a, const Bits512& b);
  friend bool operator!=(const Bits512& a, const Bits512& b) { return !(a == b); }
};

// The bits of one page that an interval covers.
Bits512 PageMask(PageIndex page, Interval interval);

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_PAGE_H_
