#include "services/scheduling/calendar/bitmap.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "absl/numeric/bits.h"

namespace clarity::calendar {

Bitmap::Bitmap(Interval window)
    : window_(window), range_(PagesOf(window)), pages_(static_cast<size_t>(range_.count)) {}

bool Bitmap::Test(Tick tick) const {
  if (!window_.Contains(tick)) return false;
  const PageIndex page = PageOf(tick);
  return pages_[page - range_.first].Test(static_cast<int>(tick - page * kPageTicks));
}

void Bitmap::SetEach(Interval interval, int step) {
  assert(step > 0 && Intersection(interval, window_) == interval);
  uint64_t pattern = 0;
  for (int bit = 0; bit < 64; bit += step) pattern |= uint64_t{1} << bit;
  const Tick begin = interval.begin - range_.first * kPageTicks;
  const Tick end = interval.end - range_.first * kPageTicks;
  for (Tick word = begin / 64 * 64; word < end; word += 64) {
    const Tick first = word <= begin ? begin - word : (step - (word - begin) % step) % step;
    const Tick last = std::min<Tick>(63, end - 1 - word);
    if (first > last) continue;
    pages_[word / kPageTicks].words[word % kPageTicks / 64] |=
        pattern << first & ~uint64_t{0} >> (63 - last);
  }
}

void Bitmap::Set(Interval interval) {
  const Interval within = Intersection(interval, window_);
  const PageRange touched = PagesOf(within);
  for (PageIndex page = touched.first; page < touched.end(); ++page) {
    const Bits512 mask = PageMask(page, within);
    Bits512& bits = pages_[page - range_.first];
    for (int w = 0; w < 8; ++w) bits.words[w] |= mask.words[w];
  }
}

void Bitmap::Clear(Interval interval) {
  const Interval within = Intersection(interval, window_);
  const PageRange touched = PagesOf(within);
  for (PageIndex page = touched.first; page < touched.end(); ++page) {
    const Bits512 mask = PageMask(page, within);
    Bits512& bits = pages_[page - range_.first];
    for (int w = 0; w < 8; ++w) bits.words[w] &= ~mask.words[w];
  }
}

bool Bitmap::any() const {
  return std::any_of(pages_.begin(), pages_.end(), [](const Bits512& page) { return page.any(); });
}

int64_t Bitmap::count() const {
  int64_t count = 0;
  for (const Bits512& page : pages_) count += page.count();
  return count;
}

std::optional<Tick> Bitmap::Next(Tick from) const {
  from = std::max(from, window_.begin);
  if (from >= window_.end) return std::nullopt;
  const Tick origin = range_.first * kPageTicks;
  const int64_t words = int64_t{range_.count} * 8;
  int64_t w = (from - origin) / 64;
  uint64_t rest = word(w) & (~uint64_t{0} << ((from - origin) % 64));
  while (rest == 0) {
    if (++w == words) return std::nullopt;
    rest = word(w);
  }
  return origin + w * 64 + absl::countr_zero(rest);
}

Bitmap& Bitmap::operator&=(const Bitmap& other) {
  for (PageIndex page = range_.first; page < range_.end(); ++page) {
    const Bits512 bits = other.PageOrNone(page);
    uint64_t* words = pages_[page - range_.first].words;
    for (int w = 0; w < 8; ++w) words[w] &= bits.words[w];
  }
  return *this;
}

Bitmap& Bitmap::operator|=(const Bitmap& other) {
  for (PageIndex page = range_.first; page < range_.end(); ++page) {
    const Bits512 bits = other.PageOrNone(page);
    const Bits512 mask = PageMask(page, window_);
    uint64_t* words = pages_[page - range_.first].words;
    for (int w = 0; w < 8; ++w) words[w] |= bits.words[w] & mask.words[w];
  }
  return *this;
}

Bitmap& Bitmap::operator-=(const Bitmap& other) {
  for (PageIndex page = range_.first; page < range_.end(); ++page) {
    const Bits512 bits = other.PageOrNone(page);
    uint64_t* words = pages_[page - range_.first].words;
    for (int w = 0; w < 8; ++w) words[w] &= ~bits.words[w];
  }
  return *this;
}

bool operator==(const Bitmap& a, const Bitmap& b) {
  return a.window_ == b.window_ && a.pages_ == b.pages_;
}

Bits512 Bitmap::PageOrNone(PageIndex page) const {
  return range_.Contains(page) ? pages_[page - range_.first] : Bits512();
}

}  // namespace clarity::calendar
