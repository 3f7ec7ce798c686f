#ifndef CLARITY_SERVICES_SCHEDULING_CALENDAR_BITMAP_H_
#define CLARITY_SERVICES_SCHEDULING_CALENDAR_BITMAP_H_

#include <optional>
#include <vector>

#include "services/scheduling/calendar/page.h"
#include "services/scheduling/calendar/tick.h"

namespace clarity::calendar {

// A set of ticks within a window, most often of starts. It lies on whole pages, as timelines do;
// bits outside the window are always clear.
class Bitmap {
 public:
  Bitmap() = default;
  explicit Bitmap(Interval window);  // empty

  Interval window() const { return window_; }
  PageRange range() const { return range_; }

  bool Test(Tick tick) const;
  // The first tick of an interval in the window, and every `step`-th after it.
  void SetEach(Interval interval, int step);
  // Both take what lies outside the window for nothing.
  void Set(Interval interval);
  void Clear(Interval interval);

  bool any() const;
  int64_t count() const;
  // The first tick of the set at `from` or after it. To walk through the set:
  //   for (auto t = set.Next(begin); t.has_value(); t = set.Next(*t + 1))
  std::optional<Tick> Next(Tick from) const;

  // The window stays; what `other` does not cover is not in it.
  Bitmap& operator&=(const Bitmap& other);
  Bitmap& operator|=(const Bitmap& other);
  Bitmap& operator-=(const Bitmap& other);

  friend bool operator==(const Bitmap& a, const Bitmap& b);
  friend bool operator!=(const Bitmap& a, const Bitmap& b) { return !(a == b); }

  // For the search; whoever writes here keeps the bits outside the window clear.
  Bits512* pages() { return pages_.data(); }
  const Bits512* pages() const { return pages_.data(); }

 private:
  uint64_t word(int64_t index) const { return pages_[index / 8].words[index % 8]; }
  Bits512 PageOrNone(PageIndex page) const;

  Interval window_;
  PageRange range_;
  std::vector<Bits512> pages_;
};

}  // namespace clarity::calendar

#endif  // CLARITY_SERVICES_SCHEDULING_CALENDAR_BITMAP_H_
